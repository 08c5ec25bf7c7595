"""Today's check-in: one screen, nothing filled in beforehand, a receipt."""

import uuid
from datetime import date
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from lodose.server.access import access_check_in, own_person
from lodose.server.records.actions import make_check_in
from lodose.server.records.clock import today_of
from lodose.server.records.entries import Entry, EntryError
from lodose.server.records.plans import DayPlan, plan_of


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show and take the check-in of a day."""
    person = own_person(request.user)
    day = today_of(person)
    plan = plan_of(person, day)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            entry = _read(request.POST, plan)
            receipt = make_check_in(
                person, entry, back_fill_days=settings.BACK_FILL_DAYS, plan=plan
            )
        except EntryError as error:
            problems = error.problems
        else:
            return redirect("web:receipt", receipt.check_in.pk)
    context = {
        "place": "today",
        "plan": plan,
        "typed": request.POST,
        "problems": problems,
        "entry_id": request.POST.get("id") or uuid.uuid4(),
    }
    return render(request, "web/today.html", context, status=422 if problems else 200)


def _read(form: QueryDict, plan: DayPlan, day: date | None = None) -> Entry:
    """Turn what was typed into an entry; its meaning is checked by the action."""
    outcomes = {
        name: str(form[f"outcome-{name}"])
        for name in plan.questions
        if form.get(f"outcome-{name}", "") != ""
    }
    try:
        dose = form.get("dose_mg", "").strip().replace(",", ".")
        micrograms = int(Decimal(dose) * 1000) if dose else None
    except InvalidOperation:
        raise EntryError({"dose": "not a number"}) from None
    return Entry(
        id=uuid.UUID(str(form["id"])),
        day=day or plan.day,
        written_at=timezone.now(),
        source="page",
        outcomes=outcomes,
        dose_micrograms=micrograms,
        note=form.get("note", ""),
    )


@login_required
def receipt(request: HttpRequest, check_in: uuid.UUID) -> HttpResponse:
    """Say that the entry is with the server, since when, and that nobody watches."""
    found = access_check_in(request.user, check_in)
    return render(request, "web/receipt.html", {"place": "today", "check_in": found})


routes = [
    path("today/", today, name="today"),
    path("today/receipt/<uuid:check_in>/", receipt, name="receipt"),
]
