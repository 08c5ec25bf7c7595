"""What the pages of the diary share: days in addresses, amounts in words."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from lodose.server.records.calendar_view import FIRST_YEAR
from lodose.server.records.clock import today_of
from lodose.server.records.entries import spelt
from lodose.server.records.models import Person
from lodose.server.records.red_flags import red_flags
from lodose.server.records.side_effects import SEVERITY_WORDS, effect_label


def past_day(person: Person, text: str) -> date:
    """Read a day of an address; what is no day, or has not come yet, is not there."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if text != day.isoformat() or day.year < FIRST_YEAR or day > today_of(person):
        raise Http404
    return day


def number(value: Decimal | str) -> str:
    """Return a number as the reader's language writes it, with no digit added."""
    return number_format(spelt(Decimal(value)), use_l10n=True)


def dose_in_words(micrograms: int, micrograms_per_millilitre: int | None = None) -> str:
    """Return a dose in mg, and in mL beside it where it is a liquid."""
    amount = number(Decimal(micrograms) / 1000)
    if not micrograms_per_millilitre:
        return _("%(amount)s mg") % {"amount": amount}
    volume = (Decimal(micrograms) / micrograms_per_millilitre).quantize(Decimal("0.001"))
    return _("%(amount)s mg = %(volume)s mL") % {"amount": amount, "volume": number(volume)}


def content_in_words(
    content: dict[str, Any], labels: dict[str, str], *, sealed: bool, strength: int | None = None
) -> list[tuple[str, str]]:
    """Return what an entry says as pairs of a name and words.

    Parameters
    ----------
    content : dict
        As ``Entry.content()`` returns it, from a check-in or from an older version of it.
    labels : dict of str to str
        What the outcomes are called.
    sealed : bool
        Say nothing about a dose: a blinded trial holds the day.
    strength : int, optional
        Micrograms per millilitre of a liquid.
    """
    if content["skipped"]:
        return [(_("Check-in"), _("This day was skipped."))]
    words = [(labels.get(name, name), number(value)) for name, value in content["outcomes"].items()]
    if not sealed and content["dose_micrograms"] is not None:
        dose = dose_in_words(content["dose_micrograms"], strength)
        if content["dose_micrograms"] == 0:
            dose = _("none taken")
        elif content["dose_at"]:
            dose = _("%(dose)s at %(time)s") % {"dose": dose, "time": content["dose_at"]}
        words.append((_("Dose"), dose))
    if content["kit_taken"] is not None:
        taken = _("taken") if content["kit_taken"] else _("not taken")
        words.append((_("Kit %(kit)s") % {"kit": content["kit"]}, taken))
    if content["side_effects"] is not None:
        words.append((_("Side effects"), _effects_in_words(content["side_effects"])))
    if content["red_flags"]:
        signs = {each.id: each.sign for each in red_flags()}
        chosen = "; ".join(signs.get(flag, flag) for flag in content["red_flags"])
        words.append((_("Red flags"), chosen))
    if content["note"]:
        words.append((_("Note"), content["note"]))
    return words or [(_("Check-in"), _("Nothing was filled in."))]


def _effects_in_words(effects: list[list[Any]]) -> str:
    if not effects:
        return _("none felt")
    return ", ".join(
        _("%(effect)s (%(severity)s)")
        % {"effect": effect_label(name), "severity": _(SEVERITY_WORDS[level])}
        for name, level in effects
    )


def short_date(day: date) -> str:
    """Return a day as the reader's language writes it."""
    return date_format(day, "DATE_FORMAT", use_l10n=True)
