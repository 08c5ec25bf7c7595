"""Whether periods with and without the treatment suit: five points that a prescriber confirms."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lodose.server.access import access_person, access_prescriber, own_person
from lodose.server.records.entries import EntryError
from lodose.server.records.models import Person
from lodose.server.records.suitability import against, confirm, latest, standing, take_back, why_not
from lodose.server.web.forms.suitability import SuitabilityForm

PAGES = ("GET", "HEAD", "POST")


@login_required
@require_http_methods(PAGES)
def suitability(request: HttpRequest) -> HttpResponse:
    """Keep that a prescriber confirmed every point, with whom and when."""
    person = own_person(request.user)
    return _page(request, person, "web/suitability.html", back="web:schedule")


@login_required
@require_http_methods(PAGES)
def person_suitability(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Let a prescriber confirm every point."""
    prescriber = access_prescriber(request.user)
    looked_at = "" if request.method == "POST" else "record"
    found = access_person(prescriber, person, looked_at=looked_at)
    return _page(request, found, "web/suitability_person.html", by=prescriber)


def _page(
    request: HttpRequest, person: Person, template: str, *, back: str = "", by: Any = None
) -> HttpResponse:
    if request.method == "POST" and request.POST.get("do") == "take-back":
        if take_back(person):
            messages.success(request, _("Taken back. It is kept that it was confirmed."))
        return redirect(request.path)
    form = SuitabilityForm(
        request.POST if request.method == "POST" else None, by_prescriber=by is not None
    )
    if form.is_valid():
        try:
            confirm(person, form.confirming(), decided_by=by)
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept. It stands for three months."))
            return redirect(back) if back else redirect("web:person", person.pk)
    context = {
        "place": "panel" if by is not None else "treatment",
        "person": person,
        "form": form,
        "standing": standing(person),
        "latest": latest(person),
        "why_not": why_not(person),
        "against": against(person),
    }
    return render(request, template, context, status=422 if form.errors else 200)


routes = [
    path("treatment/suits/", suitability, name="suitability"),
    path("people/<uuid:person>/suits/", person_suitability, name="person-suitability"),
]
