"""Attention in words, each with an icon and a badge: never by colour alone."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lodose.server.care.attention import Item, Sight
from lodose.server.records.red_flags import red_flags
from lodose.server.records.regimen_proposals import move_words
from lodose.server.records.screening_rules import facts_in_words, rules_by_id, said
from lodose.server.records.side_effects import effect_label

_LOOKS = {
    "red-flag": ("danger", "danger"),
    "contraindication": ("danger", "warning"),
    "severe-side-effect": ("danger", "danger"),
    "opioid": ("danger", "warning"),
    "opioid-told": ("danger", "warning"),
    "next-step": ("info", "treatment"),
    "missed": ("caution", "clock"),
    "answer-ready": ("info", "answer"),
    "trial-stopped": ("caution", "info"),
    "trial-ended": ("info", "info"),
    "period-ending": ("info", "clock"),
    "dose-changed": ("caution", "treatment"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a page shows it; ``seen`` is what the asking prescriber reads of it."""

    key: str
    kind: str
    badge: str
    icon: str
    title: str
    text: str
    day: date
    is_seen: bool
    sights: tuple[Sight, ...]


def shown(item: Item, *, is_seen: bool = False) -> Shown:
    """Return an item in words."""
    badge, icon = _LOOKS[item.kind]
    title, text = _words(item)
    return Shown(item.key, item.kind, badge, icon, title, text, item.day, is_seen, item.seen)


def _words(item: Item) -> tuple[str, str]:
    names = _names(item)
    day = date_format(item.day, get_format("DATE_FORMAT"))
    facts = {"names": names, "day": day, "number": item.count, "total": item.total}
    if item.kind == "missed":
        missed = ngettext(
            "%(number)d expected day without a check-in, since %(day)s",
            "%(number)d expected days in a row without a check-in, since %(day)s",
            item.count,
        )
        return _("Missed check-ins"), missed % facts
    words = {
        "red-flag": (_("Red flag"), _("%(names)s, on %(day)s")),
        "contraindication": (_("Contraindicated"), _("%(names)s, since %(day)s")),
        "severe-side-effect": (_("Severe side effect"), _("%(names)s, on %(day)s")),
        "opioid": (_("Opioid reported"), _("%(names)s, listed as taken now")),
        "opioid-told": (_("Opioid told"), _("Taken or needed, told on %(day)s")),
        "next-step": (_("Next step asked"), _("%(names)s, since %(day)s")),
        "answer-ready": (_("Answer ready"), _("Trial finished on %(day)s")),
        "trial-stopped": (_("Trial stopped early"), _("On %(day)s")),
        "trial-ended": (_("Trial ended"), _("The last period ended on %(day)s")),
        "period-ending": (
            _("Period ends soon"),
            _("Period %(number)d of %(total)d ends on %(day)s"),
        ),
        "dose-changed": (_("Dose plan changed by the person"), _("Entered on %(day)s")),
    }
    title, text = words[item.kind]
    return title, text % facts


def _names(item: Item) -> str:
    """Return what an item is about in the reader's language; what a person named, as written."""
    if item.kind == "red-flag":
        signs = {flag.id: flag.sign for flag in red_flags()}
        return ", ".join(signs.get(name, name) for name in item.names)
    if item.kind == "severe-side-effect":
        return ", ".join(effect_label(name) for name in item.names)
    if item.kind in {"next-step", "opioid-told"}:
        return move_words(item.names[0])
    if item.kind == "contraindication":
        rule, *facts = item.names
        known = rules_by_id().get(rule)
        about = said(known.title) if known else rule
        return _("%(about)s (%(facts)s)") % {
            "about": about,
            "facts": ", ".join(facts_in_words(rule, facts)),
        }
    return ", ".join(item.names)
