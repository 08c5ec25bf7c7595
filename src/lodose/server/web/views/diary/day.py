"""One day of the diary: what was recorded, what stood there before, and its correction."""

import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.access import own_person
from lodose.server.records.actions import entry_of, make_check_in
from lodose.server.records.calendar_view import WrittenDay, written_on
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.models import Person
from lodose.server.records.red_flags import red_flags
from lodose.server.web.views.diary.day_form import (
    LONGEST_REASON,
    effect_fields,
    question_fields,
    read_day,
    typed_of,
)
from lodose.server.web.views.diary.shared import content_in_words, past_day

LATE = "late"  # the reason under which an older entry that arrived later is kept


@login_required
def day(request: HttpRequest, day: str) -> HttpResponse:
    """Show what the diary says of a day."""
    person = own_person(request.user)
    written = written_on(person, past_day(person, day))
    if written.check_in is None:
        return redirect("web:diary-correct", day)
    context = {
        "place": "diary",
        "day": written.day,
        "check_in": written.check_in,
        "words": _words(written, entry_of(written.check_in).content()),
        "versions": [
            {
                "version": version,
                "arrived_late": version.reason == LATE,
                "words": _words(written, version.content),
            }
            for version in written.versions
        ],
        **_neighbours(person, written),
    }
    with timezone.override(ZoneInfo(person.time_zone)):
        return render(request, "web/diary_day.html", context)


def _words(written: WrittenDay, content: dict[str, Any]) -> list[tuple[str, str]]:
    return content_in_words(
        content,
        written.labels,
        sealed=written.plan.sealed,
        strength=written.plan.micrograms_per_millilitre,
    )


def _neighbours(person: Person, written: WrittenDay) -> dict[str, Any]:
    after = written.day + timedelta(days=1)
    return {
        "before": written.day - timedelta(days=1),
        "after": after if after <= today_of(person) else None,
    }


@login_required
def correct(request: HttpRequest, day: str) -> HttpResponse:
    """Correct a day with a reason, or write one that was missed."""
    person = own_person(request.user)
    written = written_on(person, past_day(person, day))
    earlier = written.check_in
    typed: dict[str, str] = typed_of(entry_of(earlier)) if earlier else {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        # PostgreSQL keeps no NUL in text; nobody types one.
        typed = {key: str(value).replace("\x00", "") for key, value in request.POST.items()}
        reason = typed.get("reason", "").strip()
        try:
            if earlier is not None and not reason:
                problems["reason"] = _("Say why you change it; the old entry is kept beside.")
            if len(reason) > LONGEST_REASON:
                problems["reason"] = _("Write %(most)d characters or fewer.") % {
                    "most": LONGEST_REASON
                }
            entry = read_day(typed, written.plan)
            if problems:
                raise EntryError(problems)
            receipt = make_check_in(person, entry, reason=reason, plan=written.plan)
        except EntryError as error:
            problems |= error.problems
        else:
            _tell(request, receipt.outcome)
            return redirect("web:diary-day", day)
    context = {
        "place": "diary",
        "day": written.day,
        "plan": written.plan,
        "earlier": earlier,
        "entry_id": typed.get("id") or uuid.uuid4(),
        "typed": typed,
        "problems": problems,
        "questions": question_fields(written.plan, typed, problems),
        "effects": effect_fields(person, typed),
        "flags": [
            {"flag": flag, "chosen": bool(typed.get(f"red_flag-{flag.id}"))} for flag in red_flags()
        ],
        "longest_reason": LONGEST_REASON,
        **_neighbours(person, written),
    }
    return render(request, "web/diary_correct.html", context, status=422 if problems else 200)


def _tell(request: HttpRequest, outcome: str) -> None:
    words = {
        "made": _("The day is written."),
        "corrected": _("The day is corrected; what stood there is kept below."),
        "unchanged": _("Nothing was changed: this was sent before."),
    }
    messages.success(request, words.get(outcome, words["corrected"]))


routes: list[URLPattern] = [
    path("diary/<str:day>/", day, name="diary-day"),
    path("diary/<str:day>/correct/", correct, name="diary-correct"),
]
