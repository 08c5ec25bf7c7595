"""Bring in a diary from files: look first, then decide.

The server keeps nothing between the two steps: the page that shows what would be added carries the
files, and sends them again with the decision.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lodose.server.access import own_person
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.outcomes import READY, outcomes_of
from lodose.server.records.upload_files import (
    LARGEST_DIARY,
    LARGEST_PROTOCOL,
    Preview,
    UploadError,
    preview,
    read_files,
)
from lodose.server.records.uploads import Brought, NewQuestion, bring_in
from lodose.server.spoken import said_number
from lodose.server.web.views.diary.shared import content_in_words

SHOWN_CONFLICTS = 100
SHOWN_REMARKS = 40
_LARGEST_BOUND = Decimal(10) ** 7


@dataclass(frozen=True, slots=True)
class Sent:
    """The files as they were sent, with what the second step needs to send them again."""

    diary: tuple[str, bytes]
    protocol: tuple[str, bytes] | None

    @property
    def carried(self) -> dict[str, str]:
        """Hidden fields of the second step."""
        fields = {"diary_name": self.diary[0], "diary_content": _encoded(self.diary[1])}
        if self.protocol is not None:
            fields["protocol_name"] = self.protocol[0]
            fields["protocol_content"] = _encoded(self.protocol[1])
        return fields


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii")


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Ask for the files; show what they would add; add it."""
    person = own_person(request.user)
    if request.method != "POST":
        return _ask(request, [])
    try:
        if "diary_content" in request.POST:
            return _bring(request, person, _carried(request.POST))
        sent = _sent(request)
        return _show(request, person, sent, request.POST, {})
    except UploadError as error:
        return _ask(request, error.problems)


def _ask(request: HttpRequest, problems: list[str]) -> HttpResponse:
    context = {
        "place": "diary",
        "problems": problems,
        "most_diary": LARGEST_DIARY // 1000,
        "most_protocol": LARGEST_PROTOCOL // 1000,
    }
    return render(request, "web/upload.html", context, status=422 if problems else 200)


def _sent(request: HttpRequest) -> Sent:
    """Return the files of the first step.

    A request beyond the server's own limit arrives without its files; nothing of it is kept.
    """
    diary = request.FILES.get("diary")
    protocol = request.FILES.get("protocol")
    if not isinstance(diary, UploadedFile):
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_DIARY + LARGEST_PROTOCOL:
            too_large = _("The files are larger than %(most)d kB. Bring in one person's diary.")
            raise UploadError([too_large % {"most": LARGEST_DIARY // 1000}])
        raise UploadError([_("Choose a file with the diary.")])
    return Sent(
        _read(diary, LARGEST_DIARY),
        _read(protocol, LARGEST_PROTOCOL) if isinstance(protocol, UploadedFile) else None,
    )


def _read(file: "UploadedFile[Any]", most: int) -> tuple[str, bytes]:
    # One byte more than is allowed, so that the reader refuses what is larger by name.
    return file.name or "diary.csv", file.read(most + 1)


def _carried(form: QueryDict) -> Sent:
    def file(name: str) -> tuple[str, bytes]:
        try:
            content = base64.b64decode(str(form[f"{name}_content"]), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise UploadError([_("The file did not arrive whole. Choose it again.")]) from None
        return form.get(f"{name}_name", name)[:100], content

    return Sent(file("diary"), file("protocol") if "protocol_content" in form else None)


def _show(
    request: HttpRequest,
    person: Person,
    sent: Sent,
    typed: Mapping[str, Any],
    problems: dict[str, str],
) -> HttpResponse:
    seen = preview(person, read_files(sent.diary, sent.protocol, today=today_of(person)))
    remarks = [each for each in seen.files.remarks if each.severity != "error"]
    labels = {name: name for name in seen.files.diary.outcome_names}
    context = {
        "place": "diary",
        "sent": sent,
        "seen": seen,
        "first_day": seen.files.diary.first_day,
        "last_day": seen.files.diary.last_day,
        "protocol": seen.files.protocol,
        "remarks": remarks[:SHOWN_REMARKS],
        "more_remarks": max(0, len(remarks) - SHOWN_REMARKS),
        "conflicts": [
            {
                "day": each.day,
                "here": content_in_words(each.here, labels, sealed=False),
                "there": content_in_words(each.there, labels, sealed=False),
                "chosen": bool(typed.get(f"replace-{each.day}")),
            }
            for each in seen.conflicts[:SHOWN_CONFLICTS]
        ],
        "all_chosen": bool(typed.get("replace_all")),
        "more_conflicts": max(0, len(seen.conflicts) - SHOWN_CONFLICTS),
        "unknown": [_asked(name, seen, typed, problems) for name in seen.unknown],
        "asks_already": bool(outcomes_of(person)),
        "ask_daily": bool(typed.get("ask_daily")),
        "problems": problems,
    }
    return render(request, "web/upload_preview.html", context, status=422 if problems else 200)


def _asked(
    name: str, seen: Preview, typed: Mapping[str, Any], problems: Mapping[str, str]
) -> dict[str, Any]:
    """Return a column that the person has to describe, with what is likely already filled in."""
    values = [e.outcomes[name] for e in seen.files.diary.entries if name in e.outcomes]
    ready = {choice.name: choice for choice in READY}.get(name)
    first_time = f"label-{name}" not in typed
    low, high = min([0, *values]), max([10, *values])
    return {
        "name": name,
        "keep": first_time or bool(typed.get(f"keep-{name}")),
        "label": typed.get(f"label-{name}", ready.label if ready else name),
        "minimum": typed.get(f"minimum-{name}", f"{low:g}"),
        "maximum": typed.get(f"maximum-{name}", f"{high:g}"),
        "better": typed.get(f"better-{name}", ready.better if ready else ""),
        "count": len(values),
        "lowest": min(values, default=None),
        "highest": max(values, default=None),
        "problem": problems.get(name, ""),
    }


def _bring(request: HttpRequest, person: Person, sent: Sent) -> HttpResponse:
    form = request.POST
    seen = preview(person, read_files(sent.diary, sent.protocol, today=today_of(person)))
    questions, problems = _questions(form, seen)
    if problems:
        return _show(request, person, sent, form, problems)
    brought = bring_in(
        person,
        seen.files,
        questions=questions,
        replaced=_replaced(form, seen),
        ask_daily=bool(form.get("ask_daily")),
    )
    messages.success(request, _in_words(brought))
    return redirect(f"{reverse('web:diary')}?month={seen.files.diary.last_day:%Y-%m}")


def _replaced(form: QueryDict, seen: Preview) -> set[date]:
    return {
        each.day
        for each in seen.conflicts
        if form.get("replace_all") or form.get(f"replace-{each.day}")
    }


def _questions(form: QueryDict, seen: Preview) -> tuple[list[NewQuestion], dict[str, str]]:
    """Read what the columns mean that nobody knows yet."""
    questions: list[NewQuestion] = []
    problems: dict[str, str] = {}
    for name in seen.unknown:
        if not form.get(f"keep-{name}"):
            continue
        try:
            low, high = (
                _bound(form.get(f"{which}-{name}", "")) for which in ("minimum", "maximum")
            )
        except ValueError as error:
            problems[name] = str(error)
            continue
        better = form.get(f"better-{name}", "")
        values = [e.outcomes[name] for e in seen.files.diary.entries if name in e.outcomes]
        if low >= high:
            problems[name] = _("The lowest value has to be below the highest.")
        elif better not in ("lower", "higher"):
            problems[name] = _("Say whether lower or higher is better.")
        elif values and not float(low) <= min(values) <= max(values) <= float(high):
            problems[name] = _("The file holds values from %(low)s to %(high)s.") % {
                "low": said_number(f"{min(values):g}"),
                "high": said_number(f"{max(values):g}"),
            }
        label = " ".join(form.get(f"label-{name}", "").split())[:120] or name
        questions.append(NewQuestion(name, label, low, high, better))
    if not problems and not questions and set(seen.files.diary.outcome_names) == set(seen.unknown):
        problems[seen.unknown[0]] = _("Keep at least one column.")
    return questions, problems


def _bound(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": text[:20]}) from None
    if not value.is_finite() or abs(value) > _LARGEST_BOUND or value % Decimal("0.0001"):
        raise ValueError(_("Write a number with up to 8 digits and 4 decimals."))
    return value


def _in_words(brought: Brought) -> str:
    words = ngettext("%(count)d day was added.", "%(count)d days were added.", brought.days) % {
        "count": brought.days
    }
    if not brought.replaced:
        return words
    return _("%(added)s %(replaced)s") % {
        "added": words,
        "replaced": ngettext(
            "%(count)d day was replaced; what stood there is kept beside.",
            "%(count)d days were replaced; what stood there is kept beside.",
            brought.replaced,
        )
        % {"count": brought.replaced},
    }


routes: list[URLPattern] = [path("diary/upload/", upload, name="diary-upload")]
