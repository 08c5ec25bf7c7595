"""What happened, in plain words, without repeating what was written."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.server.audit.models import Event
from lodose.server.spoken import said_full_day

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
        return said_full_day(dt.date.fromisoformat(str(day)))
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
    "picture": gettext_lazy("%(name)s looked at the picture of your diary."),
    "answer": gettext_lazy("%(name)s read your answer."),
    "screening": gettext_lazy("%(name)s looked at your safety check."),
    "brief": gettext_lazy("%(name)s opened the page for your visit."),
    "receptors": gettext_lazy("%(name)s worked out how long your doses may block."),
}


def _looked(details: dict[str, Any]) -> str:
    name = details.get("name") or _("A prescriber")
    words = _LOOKED_AT.get(str(details.get("what")), _("%(name)s looked at part of your record."))
    return str(words) % {"name": name}


def _by_name(words: str | Promise) -> Callable[[dict[str, Any]], str]:
    """Return words that name somebody of the care team."""
    return lambda details: str(words) % {"name": details.get("name") or _("A prescriber")}


def _override_withdrawn(details: dict[str, Any]) -> str:
    if details.get("why") in {"withdrawn", "access ended"}:
        return _("%(name)s no longer allows it despite a rule against it.") % {
            "name": details.get("name") or _("A prescriber")
        }
    return _(
        "A decision to allow it despite a rule against it ended: what you take or have has changed."
    )


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
    "record-settled": gettext_lazy("You wrote what you hope for and chose your time zone."),
    "outcomes-chosen": gettext_lazy("You chose what the check-in asks."),
    "day-skipped": gettext_lazy("You skipped a day."),
    "skip-undone": gettext_lazy("You took back that a day was skipped."),
    "pause-started": gettext_lazy("You paused the check-ins."),
    "pause-ended": gettext_lazy("You ended the pause."),
    "diary-brought-in": gettext_lazy("You brought in a diary from a file."),
    "trial-brought-in": gettext_lazy("You brought in a trial from a file."),
    "laboratory-added": gettext_lazy("A laboratory value was added."),
    "laboratory-corrected": gettext_lazy("A laboratory value was corrected."),
    "laboratory-removed": gettext_lazy("A laboratory value was taken out."),
    "medicine-added": gettext_lazy("Another medicine was added."),
    "medicine-corrected": gettext_lazy("Another medicine was corrected."),
    "medicine-removed": gettext_lazy("Another medicine was taken out."),
    "life-event-added": gettext_lazy("An event such as a flare or an infection was added."),
    "life-event-corrected": gettext_lazy("An event such as a flare or an infection was corrected."),
    "life-event-removed": gettext_lazy("An event such as a flare or an infection was taken out."),
    "dose-decided": gettext_lazy("A decision about the dose was entered."),
    "dose-decision-removed": gettext_lazy("A decision about the dose was taken out."),
    "before-start-told": gettext_lazy("You answered questions of your safety check."),
    "screening-changed": gettext_lazy("The safety check found something else than before."),
    "rule-overridden": _by_name(
        gettext_lazy("%(name)s decided to allow it despite a rule against it; the reason is kept.")
    ),
    "override-withdrawn": _override_withdrawn,
    "plan-chosen": gettext_lazy("A plan of steps was chosen."),
    "how-it-went": gettext_lazy("You wrote how it went and asked for the next step."),
    "next-step-decided": gettext_lazy("A decision about the next step was entered."),
    "brief-written": gettext_lazy("You wrote what stands on the page for your visit."),
    "suitability-confirmed": gettext_lazy(
        "It was confirmed that periods with and without the treatment suit you."
    ),
    "suitability-withdrawn": gettext_lazy(
        "The word that periods with and without the treatment suit you was taken back."
    ),
    "trial-started": gettext_lazy("A schedule of periods was started."),
    "trial-finished": gettext_lazy("A schedule of periods was finished."),
    "trial-stopped": gettext_lazy("A schedule of periods was stopped."),
    "period-guessed": gettext_lazy("You wrote what you believe a period was."),
    "schedule-disclosed": gettext_lazy(
        "The sealed schedule was opened after the end of the trial."
    ),
    "answer-opening-chosen": gettext_lazy("You chose how to open the answer."),
    "reminders-chosen": gettext_lazy("You chose when to be reminded."),
    "reminders-ended": gettext_lazy("You ended the reminders."),
    "feed-made": gettext_lazy("You made the private address of your calendar."),
    "feed-renewed": gettext_lazy("You replaced the private address of your calendar."),
    "feed-ended": gettext_lazy("You ended the private address of your calendar."),
    "care-invited": gettext_lazy("You made a link that invites a prescriber."),
    "care-invitation-withdrawn": gettext_lazy("You took back a link that invites a prescriber."),
    "care-joined": _by_name(gettext_lazy("%(name)s joined your care team by your link.")),
    "care-withdrawn": _by_name(gettext_lazy("%(name)s no longer has access to your record.")),
    "missed-days-shared": gettext_lazy("You let your care team see which days are missing."),
    "missed-days-kept": gettext_lazy("You keep to yourself which days are missing."),
    "attention-seen": _by_name(gettext_lazy("%(name)s has seen something that needed a look.")),
}
