"""What happened, in plain words, without repeating what was written."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.server.audit.models import Event

Words = str | Promise | Callable[[dict[str, Any]], str]


def say(event: Event) -> str:
    """Return one sentence about an event of a person's chain.

    Doses, answers and notes are never repeated: the diary shows them, and while a blinded trial
    runs nothing here may tell an arm.
    """
    words = WORDS.get(event.kind)
    details = event.details or {}
    if words is None:
        return _("Something was recorded: %(kind)s.") % {"kind": event.kind}
    return words(details) if callable(words) else str(words)


def _day(details: dict[str, Any]) -> str:
    content = details.get("content")
    day = content.get("day") if isinstance(content, dict) else details.get("day")
    try:
        return formats.date_format(dt.date.fromisoformat(str(day)), "j F Y")
    except ValueError:
        return _("a day")


def _check_in_made(details: dict[str, Any]) -> str:
    return _("You made the check-in of %(day)s.") % {"day": _day(details)}


def _check_in_corrected(details: dict[str, Any]) -> str:
    if reason := details.get("reason"):
        return _("The check-in of %(day)s was corrected: “%(reason)s”. The old one is kept.") % {
            "day": _day(details),
            "reason": reason,
        }
    return _("The check-in of %(day)s was corrected. The old one is kept.") % {"day": _day(details)}


def _check_in_superseded(details: dict[str, Any]) -> str:
    return _("An older check-in of %(day)s arrived late. The newer one stands; both are kept.") % {
        "day": _day(details)
    }


_LOOKED_AT: dict[str, str | Promise] = {
    "record": gettext_lazy("%(name)s looked at your record."),
    "report": gettext_lazy("%(name)s opened the report of your answer."),
    "panel": gettext_lazy("%(name)s saw you in their list of people."),
}


def _looked(details: dict[str, Any]) -> str:
    name = details.get("name") or _("A prescriber")
    words = _LOOKED_AT.get(str(details.get("what")), _("%(name)s looked at part of your record."))
    return str(words) % {"name": name}


WORDS: dict[str, Words] = {
    "record-opened": gettext_lazy("Your record was opened."),
    "check-in-made": _check_in_made,
    "check-in-corrected": _check_in_corrected,
    "check-in-superseded": _check_in_superseded,
    "looked": _looked,
    "device-trusted": gettext_lazy("You let a device check in without signing in."),
    "device-revoked": gettext_lazy("You ended a device's permission to check in."),
    "token-made": gettext_lazy("You made a token for a program."),
    "token-revoked": gettext_lazy("You ended a token for a program."),
    "settings-changed": gettext_lazy("You changed your settings."),
    "time-zone-changed": gettext_lazy("You changed your time zone."),
    "sign-in-link-made": gettext_lazy(
        "A link that opens your account once was made by whoever keeps this server."
    ),
    "sign-in-link-used": gettext_lazy("A link that opens your account once was used."),
    "downloaded": gettext_lazy("You downloaded everything that is kept about you."),
}
