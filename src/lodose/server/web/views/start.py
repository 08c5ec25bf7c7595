"""The first visit, and the questions of the check-in whenever no trial runs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from lodose.server.access import own_person
from lodose.server.records.entries import EntryError, spelt
from lodose.server.records.models import Person
from lodose.server.records.outcomes import (
    choose_outcomes,
    outcomes_locked,
    outcomes_of,
    settle_in,
)
from lodose.server.web.forms.start import QuestionsForm, StartForm


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Ask what the diary needs to know before the first day."""
    person = own_person(request.user)
    if outcomes_locked(person):
        return redirect("web:questions")
    asked = outcomes_of(person)
    initial = {"time_zone": person.time_zone, "hopes": person.hopes, **_initial(person)}
    form = StartForm(request.POST or None, known=asked, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        choices, primary = form.chosen()
        try:
            with transaction.atomic():
                settle_in(person, time_zone=data["time_zone"], hopes=data["hopes"])
                choose_outcomes(person, choices, primary=primary, mcid=data["mcid"])
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Ready: here is your first day."))
            return redirect("web:today")
    # The script only suggests a zone where nobody has chosen one.
    context = {"place": "treatment", "form": form, "suggest_zone": person.time_zone == "UTC"}
    return render(request, "web/start.html", context, status=422 if form.errors else 200)


@login_required
def questions(request: HttpRequest) -> HttpResponse:
    """Change the questions; while a trial runs they are fixed, and the page says why."""
    person = own_person(request.user)
    if outcomes_locked(person):
        context: dict[str, Any] = {"place": "treatment", "outcomes": outcomes_of(person)}
        status = 422 if request.method == "POST" else 200
        return render(request, "web/start_locked.html", context, status=status)
    form = QuestionsForm(request.POST or None, known=outcomes_of(person), initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        choices, primary = form.chosen()
        try:
            choose_outcomes(person, choices, primary=primary, mcid=form.cleaned_data["mcid"])
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept. The check-in asks them from now on."))
            return redirect("web:treatment")
    context = {"place": "treatment", "form": form}
    return render(request, "web/start_questions.html", context, status=422 if form.errors else 200)


def _initial(person: Person) -> dict[str, Any]:
    """What stands now; nothing is chosen beforehand for somebody new."""
    asked = outcomes_of(person)
    primary = next((each for each in asked if each.primary), None)
    return {
        "outcomes": [each.name for each in asked],
        "primary": primary.name if primary else None,
        "mcid": spelt(primary.mcid) if primary and primary.mcid else "",
    }


routes = [
    path("start/", start, name="start"),
    path("treatment/questions/", questions, name="questions"),
]
