"""Today's check-in: one screen, nothing filled in beforehand, a receipt."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lodose.server.access import access_check_in, own_person
from lodose.server.accounts.devices import (
    SentByDevice,
    account_key,
    device_of,
    remember_sending,
    sent_by,
)
from lodose.server.accounts.models import TrustedDevice
from lodose.server.records.actions import Receipt, make_check_in
from lodose.server.records.clock import day_of, today_of
from lodose.server.records.days import (
    days_without_entry,
    entry_on,
    may_be_added,
    reports_a_problem,
    seen_since,
)
from lodose.server.records.entries import EntryError
from lodose.server.records.models import CheckIn, Person
from lodose.server.records.pauses import (
    current_pause,
    end_pause,
    skip_day,
    start_pause,
    undo_skip,
)
from lodose.server.records.plans import DayPlan, plan_holds_until, plan_of
from lodose.server.records.regimen import capsules_said
from lodose.server.records.side_effects import recent_effects
from lodose.server.web.forms.check_in import Sending, day_in, is_empty, read_form, typed_of
from lodose.server.web.forms.check_in_page import form_context
from lodose.server.web.forms.receipt_page import flags_of, receipt_lines


@dataclass(frozen=True, slots=True)
class Caller:
    """Who checks in: a person's own session, or a device that they trust."""

    person: Person
    device: TrustedDevice | None


def caller_of(request: HttpRequest) -> Caller | None:
    """Return who checks in, or None where nobody is signed in and the device is not trusted."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return Caller(own_person(request.user), None)
    device = device_of(request)
    if device is None:
        return None
    if device.user.language:
        translation.activate(device.user.language)
    return Caller(own_person(device.user), device)


def today(request: HttpRequest) -> HttpResponse:
    """Show and take the check-in of a day."""
    caller = caller_of(request)
    if caller is None:
        return _ask_to_sign_in(request)
    if request.method == "POST":
        return _take(request, caller)
    return _show(request, caller, QueryDict(), {})


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"sign_in": reverse("account_login")}, status=401)
    return redirect_to_login(reverse("web:today"))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _take(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Save what was sent; on a problem show the form again with everything that was typed."""
    form = request.POST
    person = caller.person
    try:
        day = day_in(form.get("day", ""), today_of(person))
        plan = plan_of(person, day, with_dose=False)
        sending = read_form(form, plan, source=_source(form, caller))
        receipt = _save(caller, sending, plan)
    except _SignInNeededError:
        return _ask_to_sign_in(request)
    except EntryError as error:
        if _wants_json(request):
            return JsonResponse({"problems": error.problems}, status=422)
        return _show(request, caller, form, error.problems)
    address = reverse("web:receipt", args=[receipt.check_in.pk])
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse(
            {
                "state": "server",
                "outcome": receipt.outcome,
                "received_at": receipt.check_in.received_at.isoformat(),
                "receipt": address,
            }
        )
    else:
        response = redirect(address)
    if caller.device is not None:
        flags = tuple(sending.entry.red_flags)
        sent = SentByDevice(receipt.check_in.pk, receipt.outcome, flags)
        remember_sending(response, caller.device, sent)
    return response


def _source(form: QueryDict, caller: Caller) -> str:
    if form.get("source") == "offline":
        return "offline"
    return "page" if caller.device is None else "device"


class _SignInNeededError(Exception):
    """A device may not do this; its owner may."""


def _save(caller: Caller, sending: Sending, plan: DayPlan) -> Receipt:
    """Write an entry.

    A device records the day on which it was written. What arrives on a later day is added, and
    corrects nothing: a phone's clock is not proof enough for that.
    """
    entry = sending.entry
    if is_empty(entry):
        raise EntryError(
            {"form": _("Nothing is answered yet. Answer one question, or skip the day.")}
        )
    keep = sending.keep_unanswered
    if caller.device is not None:
        keep = True
        if entry.day != day_of(caller.person, entry.written_at):
            raise EntryError({"day": _("Without signing in only today can be recorded.")})
        if entry.day != today_of(caller.person) and not may_be_added(
            caller.person, entry.day, entry.id
        ):
            raise _SignInNeededError
    return make_check_in(
        caller.person,
        entry,
        back_fill_days=settings.BACK_FILL_DAYS,
        plan=plan,
        keep_unanswered=keep,
    )


def _show(
    request: HttpRequest, caller: Caller, typed: QueryDict, problems: dict[str, str]
) -> HttpResponse:
    """Show a day: its form, or that it is recorded, with the way to correct it."""
    person, device = caller.person, caller.device
    today_ = today_of(person)
    try:
        day = day_in(request.GET.get("day", "") or typed.get("day", ""), today_)
    except EntryError:
        day = today_
    if device is not None:
        day = today_
    if not 0 <= (today_ - day).days <= settings.BACK_FILL_DAYS:
        if request.method == "GET":
            raise Http404
        day = today_
    existing = entry_on(person, day)
    plan = plan_of(person, day)
    correcting = (
        existing is not None
        and not existing.skipped
        and (bool(problems) or "correct" in request.GET)
    )
    if existing is not None and correcting and not problems and device is None:
        typed = typed_of(existing, plan)
    pause = None if device else current_pause(person, today_)
    context = {
        "place": "today",
        "device": device,
        "is_today": day == today_,
        "existing": None if problems and not correcting else existing,
        "correcting": correcting,
        "paused_since": pause and pause.first_day,
        "missing_days": [] if device else _missing(person, today_),
        "back_fill_days": settings.BACK_FILL_DAYS,
        "account": account_key(person.user),
        "zone": person.time_zone,
        "holds_until": plan_holds_until(person, day),
        "trusted": None if device else device_of(request),
        "device_days": settings.DEVICE_DAYS,
        "entry_id": uuid.uuid4() if not problems else typed.get("id") or uuid.uuid4(),
        "capsules": capsules_said(person, plan),
        **form_context(plan, typed, problems, [] if device else recent_effects(person)),
    }
    return _render(request, person, "web/today.html", context, status=422 if problems else 200)


def _render(
    request: HttpRequest, person: Person, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render with every time as the person's own clock shows it."""
    with timezone.override(ZoneInfo(person.time_zone)):
        return render(request, template, context, status=status)


def _missing(person: Person, today_: date) -> list[date]:
    return days_without_entry(person, today_, settings.BACK_FILL_DAYS)


def receipt(request: HttpRequest, check_in: uuid.UUID) -> HttpResponse:
    """Say that the entry is with the server, since when, and that nobody watches."""
    caller = caller_of(request)
    if caller is None:
        return redirect_to_login(request.get_full_path())
    if caller.device is not None:
        return _device_receipt(request, caller.device, check_in)
    found = access_check_in(request.user, check_in)
    has_care_team, seen_at = seen_since(found)
    problem = reports_a_problem(found)
    context = {
        **_receipt_context(found, found.red_flags),
        "lines": receipt_lines(found, plan_of(found.person, found.day)),
        "problem_reported": problem,
        "has_care_team": has_care_team,
        "show_seen": problem and has_care_team,
        "seen_at": seen_at,
    }
    return _render(request, found.person, "web/receipt.html", context)


def _device_receipt(
    request: HttpRequest, device: TrustedDevice, check_in: uuid.UUID
) -> HttpResponse:
    """Confirm to a device what it just sent; nothing of the record is read back to it."""
    sent = sent_by(request, device)
    if sent is None or sent.check_in != check_in:
        return redirect_to_login(request.get_full_path())
    found = access_check_in(device.user, check_in)
    context = {
        **_receipt_context(found, sent.red_flags),
        "device": device,
        "kept_fields": True,
        "older_kept": sent.outcome == "superseded",
    }
    return _render(request, found.person, "web/receipt.html", context)


def _receipt_context(check_in: CheckIn, flags: Any) -> dict[str, Any]:
    return {
        "place": "today",
        "check_in": check_in,
        "time": check_in.corrected_at or check_in.received_at,
        "flags": flags_of(flags),
        "emergency": settings.EMERGENCY_NUMBER or _("your emergency number"),
    }


def _posted_day(request: HttpRequest, person: Person) -> date:
    """Return the day that a button was pressed for, within the days that are open."""
    today_ = today_of(person)
    try:
        day = day_in(request.POST.get("day", ""), today_)
    except EntryError:
        raise Http404 from None
    if not 0 <= (today_ - day).days <= settings.BACK_FILL_DAYS:
        raise Http404
    return day


def _back_to(day: date) -> HttpResponse:
    return redirect(f"{reverse('web:today')}?day={day.isoformat()}")


@login_required
@require_POST
def skip(request: HttpRequest) -> HttpResponse:
    """Leave a day empty on purpose."""
    person = own_person(request.user)
    day = _posted_day(request, person)
    skip_day(person, day)
    return _back_to(day)


@login_required
@require_POST
def unskip(request: HttpRequest) -> HttpResponse:
    """Take a skip back."""
    person = own_person(request.user)
    day = _posted_day(request, person)
    undo_skip(person, day)
    return _back_to(day)


@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Expect nothing until the person resumes."""
    start_pause(own_person(request.user))
    return redirect("web:today")


@login_required
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """End the pause."""
    end_pause(own_person(request.user))
    return redirect("web:today")


routes = [
    path("today/", today, name="today"),
    path("today/receipt/<uuid:check_in>/", receipt, name="receipt"),
    path("today/skip/", skip, name="skip"),
    path("today/skip/undo/", unskip, name="unskip"),
    path("today/pause/", pause, name="pause"),
    path("today/resume/", resume, name="resume"),
]
