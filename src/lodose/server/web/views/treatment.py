"""Doses and periods: what was decided, by whom; what comes next; an end at any time."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lodose.server.access import own_person
from lodose.server.records.clock import today_of
from lodose.server.records.disclosure import period_to_guess, record_guess
from lodose.server.records.entries import EntryError, spelt
from lodose.server.records.models import DoseStep, Person, Trial
from lodose.server.records.outcomes import outcomes_locked, outcomes_of, primary_of
from lodose.server.records.regimen_shown import plan_shown, proposal_shown
from lodose.server.records.schedules import (
    is_sealed,
    latest_trial,
    running_trial,
    start_schedule,
    stop_now,
    stop_trial,
)
from lodose.server.records.screening import BEGINS
from lodose.server.records.suitability import why_not
from lodose.server.records.treatment import (
    TAKEN,
    current_step,
    decide_dose,
    kinds_open,
    remove_step,
    shown_dose,
    steps_of,
)
from lodose.server.web.forms.treatment import (
    DoseForm,
    GuessForm,
    ScheduleForm,
    StopForm,
    tomorrow,
)
from lodose.server.web.views.screening import safety_of

_KINDS = {"yes": "active", "no": "comparator", "unsure": "unsure"}
# How often a ready design says "helps" or "probably helps" where the gain is twice the smallest
# that matters, and leaves the question open where nothing is gained: per 100, docs/validity.md.
FOUND = (
    ("4 × 14 + 14", 112, 55, 43),
    ("6 × 14 + 14", 168, 67, 38),
    ("3 × 28 + 28", 168, 74, 33),
    ("2 × 42 + 42", 168, 72, 33),
    ("6 × 7 + 7", 84, 38, 55),
)


@login_required
def treatment(request: HttpRequest) -> HttpResponse:
    """Show the dose, the schedule and what can be decided."""
    person = own_person(request.user)
    return render(request, "web/treatment.html", treatment_context(person))


def treatment_context(person: Person, guess: GuessForm | None = None) -> dict[str, Any]:
    """Return what the page shows; of a sealed trial kits and dates only."""
    today = today_of(person)
    trial = latest_trial(person)
    running = trial is not None and trial.status == Trial.Status.RUNNING
    sealed = trial is not None and is_sealed(trial)
    asked = period_to_guess(trial, today) if trial is not None else None
    if asked is not None and guess is None:
        guess = GuessForm(initial={"period": asked.number})
    return {
        "place": "treatment",
        "person": person,
        "trial": trial,
        "running": running,
        "sealed": sealed,
        "shown": plan_shown(person),
        "proposal": proposal_shown(person),
        "why_not": "" if running else why_not(person),
        "periods": [] if trial is None else _period_rows(trial, sealed=sealed),
        # A dose could tell the arm of a day in a sealed trial.
        "current": None if sealed else _step_row(current_step(person, today)),
        "steps": [] if sealed else [_step_row(step) for step in steps_of(person)],
        "kinds": kinds_open(person, today),
        "today": today,
        "to_guess": asked,
        "guess": guess,
        "outcomes": outcomes_of(person),
        "outcomes_locked": outcomes_locked(person),
    }


def _step_row(step: DoseStep | None) -> dict[str, Any] | None:
    if step is None:
        return None
    taken = step.kind in TAKEN
    return {
        "step": step,
        "dose": shown_dose(step.dose_micrograms, step.micrograms_per_millilitre) if taken else "",
        "who": step.decided_by.shown_name if step.decided_by is not None else "",
    }


def _period_rows(trial: Trial, *, sealed: bool) -> list[dict[str, Any]]:
    rows = []
    for period in trial.periods.all():
        row: dict[str, Any] = {"period": period, "what": ""}
        if not sealed:
            on = period.arm == "active"
            dose = shown_dose(period.dose_micrograms) if period.dose_micrograms else ""
            row["what"] = dose if on and dose else _("with") if on else _("without")
        rows.append(row)
    return rows


@login_required
def dose(request: HttpRequest) -> HttpResponse:
    """Take a decision about the dose, as it was agreed with the prescriber."""
    person = own_person(request.user)
    if running_trial(person) is not None:
        messages.info(request, _("A schedule of periods is running and holds the dose."))
        return redirect("web:treatment")
    today = today_of(person)
    kinds = kinds_open(person, today)
    safety = safety_of(person)
    form = DoseForm(
        request.POST or None,
        kinds=kinds,
        has_open=bool(safety["is_open"] and BEGINS & set(kinds)),
        initial={"from_day": today.isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            decide_dose(person, form.decision())
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept."))
            return redirect("web:treatment")
    context = {"place": "treatment", "form": form, **safety}
    return render(request, "web/treatment_dose.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def take_back(request: HttpRequest, step: uuid.UUID) -> HttpResponse:
    """Take back a decision that was entered by mistake."""
    person = own_person(request.user)
    try:
        if not remove_step(person, step, request.POST.get("reason", "")):
            raise Http404
    except EntryError as error:
        context = treatment_context(person) | {"step_problem": error.problems["reason"]}
        return render(request, "web/treatment.html", context, status=422)
    messages.success(request, _("Taken back. The entry itself is kept in your history."))
    return redirect("web:treatment")


@login_required
def stop(request: HttpRequest) -> HttpResponse:
    """Stop the treatment at once: nobody's leave is needed, and no reason."""
    person = own_person(request.user)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stop_now(person, form.cleaned_data["reason"])
        messages.success(request, _("The stop is recorded from today on."))
        return redirect("web:treatment")
    context = {"place": "treatment", "form": form, "running": running_trial(person) is not None}
    return render(request, "web/treatment_stop.html", context, status=422 if form.errors else 200)


@login_required
def schedule(request: HttpRequest) -> HttpResponse:
    """Plan periods with and without the treatment, and start them."""
    person = own_person(request.user)
    if running_trial(person) is not None:
        return redirect("web:treatment")
    if primary_of(person) is None:
        messages.info(request, _("First choose the questions of your daily check-in."))
        return redirect("web:start")
    today = today_of(person)
    step = current_step(person, today)
    taking = step is not None and step.kind in TAKEN
    current = spelt(Decimal(step.dose_micrograms) / 1000) if step is not None and taking else ""
    safety = safety_of(person)
    form = ScheduleForm(
        request.POST or None,
        has_open=bool(safety["is_open"] and not taking),
        initial={
            "first_day": tomorrow(today),
            "dose_mg": current,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            start_schedule(person, form.wish())
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("The plan is fixed."))
            return redirect("web:treatment")
    context = {
        "place": "treatment",
        "form": form,
        "found": FOUND,
        "primary": primary_of(person),
        "why_not": why_not(person),
        **safety,
    }
    return render(
        request, "web/treatment_schedule.html", context, status=422 if form.errors else 200
    )


@login_required
def stop_schedule(request: HttpRequest) -> HttpResponse:
    """End the schedule before its last day."""
    person = own_person(request.user)
    trial = running_trial(person)
    if trial is None:
        raise Http404
    form = StopForm(request.POST or None)
    form.fields["reason"].required = True
    if request.method == "POST" and form.is_valid():
        stop_trial(trial, form.cleaned_data["reason"])
        messages.success(request, _("The schedule has ended. Your diary goes on."))
        return redirect("web:treatment")
    context = {"place": "treatment", "form": form, "trial": trial}
    return render(request, "web/treatment_end.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def guess(request: HttpRequest) -> HttpResponse:
    """Keep what the person thinks a sealed period was."""
    person = own_person(request.user)
    trial = latest_trial(person)
    if trial is None or not trial.sealed:
        raise Http404
    form = GuessForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            record_guess(
                trial,
                data["period"],
                _KINDS[data["guess"]],
                confidence=Decimal(data["confidence"]) if data["confidence"] else None,
                reason=data["reason"],
            )
        except EntryError as error:
            for text in error.problems.values():
                form.add_error(None, text)
        else:
            messages.success(request, _("Kept. Nobody can change it now."))
            return redirect("web:treatment")
    return render(request, "web/treatment.html", treatment_context(person, form), status=422)


routes = [
    path("treatment/", treatment, name="treatment"),
    path("treatment/dose/", dose, name="dose"),
    path("treatment/dose/<uuid:step>/take-back/", take_back, name="dose-take-back"),
    path("treatment/stop/", stop, name="treatment-stop"),
    path("treatment/schedule/", schedule, name="schedule"),
    path("treatment/schedule/end/", stop_schedule, name="schedule-end"),
    path("treatment/guess/", guess, name="guess"),
]
