"""May it be taken: the safety check for the person, and for their prescriber."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lodose.server.access import access_person, access_prescriber, own_person
from lodose.server.records.entries import EntryError
from lodose.server.records.laboratory import series_of
from lodose.server.records.medicines import medicines_of
from lodose.server.records.models import Person
from lodose.server.records.screening import (
    override_rule,
    screened,
    standing_overrides,
    stops_of,
    up_to_date,
    withdraw_override,
)
from lodose.server.records.screening_answers import tell, told_by
from lodose.server.records.screening_card import card_of
from lodose.server.records.screening_facts import screened_test
from lodose.server.records.screening_words import for_person, for_prescriber, told_in_words
from lodose.server.web.forms.screening import PARTS, OverrideForm, PartForm


def safety_of(person: Person) -> dict[str, Any]:
    """Return what screening stops and leaves open, as the pages of a decision show it."""
    found = screened(person)
    said = for_person(found)
    return {
        "stops": stops_of(found),
        "not_understood": said["not_understood"],
        "not_asked": said["not_asked"],
        "is_open": bool(found.unclear or found.not_asked),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest) -> HttpResponse:
    """Show what the safety check found, and take answers part by part."""
    person = own_person(request.user)
    told = told_by(person)
    sent: PartForm | None = None
    if request.method == "POST":
        kind = next((each for each in PARTS if each.part == request.POST.get("part")), None)
        if kind is None:
            raise Http404
        sent = kind(request.POST, initial=kind.typed(told))
        if sent.is_valid():
            try:
                tell(person, sent.told(told))
            except EntryError as error:
                sent.add_problems(error)
            else:
                messages.success(request, _("Kept. The safety check was made again."))
                return redirect(f"{reverse('web:screening')}#result")
    context = _about(person, sent)
    return render(request, "web/screening.html", context, status=200 if sent is None else 422)


def _about(person: Person, sent: PartForm | None) -> dict[str, Any]:
    told = told_by(person)
    forms = {
        each.part: sent
        if sent is not None and sent.part == each.part
        else each(initial=each.typed(told))
        for each in PARTS
    }
    found = up_to_date(person)
    return {
        "place": "treatment",
        "said": for_person(found),
        "stops": bool(stops_of(found)),
        "forms": forms,
        "medicines": medicines_of(person),
        "laboratory": [
            each for each in series_of(person) if screened_test(each.values[0].item.analyte)
        ],
    }


@login_required
@require_GET
def card(request: HttpRequest) -> HttpResponse:
    """Give the card for the wallet; its name tells nothing."""
    content = card_of(own_person(request.user))
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="card.pdf"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_screening(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Show a prescriber what fires and why, and take a decision against it."""
    prescriber = access_prescriber(request.user)
    looked_at = "" if request.method == "POST" else "screening"
    found = access_person(prescriber, person, looked_at=looked_at)
    problem: dict[str, Any] = {}
    if request.method == "POST":
        if "withdraw" in request.POST:
            return _withdraw(request, found, prescriber)
        form = OverrideForm(request.POST)
        if form.is_valid():
            try:
                override_rule(
                    found,
                    form.cleaned_data["rule"],
                    by=prescriber,
                    reason=form.cleaned_data["reason"],
                )
            except EntryError as error:
                for name, text in error.problems.items():
                    form.add_error(name if name in form.fields else None, text)
            else:
                messages.success(request, _("Kept with your name. The person reads it."))
                return redirect("web:person-screening", found.pk)
        problem = {"rule": request.POST.get("rule", ""), "form": form}
    said = for_prescriber(up_to_date(found))
    standing = {each.rule: each for each in standing_overrides(found)}
    for each in said["findings"]:
        each["kept"] = standing.get(each["rule"]) if each["override"] else None
        if each["stops"]:
            is_sent = problem.get("rule") == each["rule"]
            each["form"] = (
                problem["form"]
                if is_sent
                else OverrideForm(initial={"rule": each["rule"]}, auto_id=f"id_{each['rule']}_%s")
            )
    context = {
        "place": "panel",
        "person": found,
        "said": said,
        "told": told_in_words(told_by(found)),
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "web/person_screening.html", context, status=status)


def _withdraw(request: HttpRequest, found: Person, prescriber: Any) -> HttpResponse:
    try:
        override = uuid.UUID(request.POST.get("withdraw", ""))
    except ValueError:
        raise Http404 from None
    if not withdraw_override(found, override, by=prescriber):
        raise Http404
    messages.success(request, _("Taken back. The contraindication stands again."))
    return redirect("web:person-screening", found.pk)


routes = [
    path("screening/", screening, name="screening"),
    path("screening/card.pdf", card, name="screening-card"),
    path("people/<uuid:person>/screening/", person_screening, name="person-screening"),
]
