"""The prescriber's people, and the record of one of them."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lodose.server.access import access_person, access_prescriber, people_of
from lodose.server.answers.compute import report_pdf
from lodose.server.answers.diary_picture import WIDTHS, diary_picture, outcome_diary
from lodose.server.care.actions import mark_seen
from lodose.server.care.attention import attention_of
from lodose.server.care.panel import note_looks, panel_of
from lodose.server.care.summary import answer_in_words, planned_dose, summary_of
from lodose.server.care.team import has_looked_lately
from lodose.server.care.wording import shown
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.models import Person
from lodose.server.records.schedules import running_trial
from lodose.server.records.screening import screened, stops_of
from lodose.server.records.treatment import decide_dose, kinds_open
from lodose.server.web.forms.decision import DecisionForm

PEOPLE_A_PAGE = 20
LONGEST_SEARCH = 80


@login_required
@require_GET
def panel(request: HttpRequest) -> HttpResponse:
    """List the people who let this prescriber in, the most pressing first."""
    prescriber = access_prescriber(request.user)
    search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    people = people_of(prescriber)
    rows = panel_of(people, prescriber.pk, search)
    page = Paginator(rows, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    note_looks(prescriber, list(page.object_list))
    context = {
        "place": "panel",
        "search": search,
        "has_people": bool(people),
        "waiting": sum(bool(row.open) for row in rows),
        "page": page,
        "query": urlencode({"q": search}) if search else "",
        "rows": [
            {"row": row, "items": [shown(item) for item in row.open]} for row in page.object_list
        ],
    }
    return render(request, "web/panel.html", context)


@login_required
@require_GET
def person(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Show one person's record; the reading is kept, and the person sees it."""
    prescriber = access_prescriber(request.user)
    found = access_person(prescriber, person, looked_at="record")
    return render(request, "web/person.html", _about(found, prescriber.pk))


def _about(found: Person, prescriber_id: uuid.UUID) -> dict[str, Any]:
    summary = summary_of(found)
    return {
        "place": "panel",
        "person": found,
        "summary": summary,
        "answer": answer_in_words(found),
        "picture": outcome_diary(found),
        "stops": stops_of(screened(found)),
        "items": [
            shown(item, is_seen=item.is_seen_by(prescriber_id)) for item in summary.attention
        ],
    }


@login_required
@require_GET
def picture(request: HttpRequest, person: uuid.UUID, width: int) -> HttpResponse:
    """Show the picture of the person's diary, which tells no arm."""
    prescriber = access_prescriber(request.user)
    found = access_person(prescriber, person)
    if not has_looked_lately(found, prescriber.pk):  # the picture was asked for by itself
        access_person(prescriber, person, looked_at="picture")
    drawn = diary_picture(found, width) if width in WIDTHS else None
    if drawn is None:
        raise Http404
    return HttpResponse(drawn, content_type="image/svg+xml")


@login_required
@require_GET
def report(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give the report of the newest trial, the same as the person's own."""
    found = access_person(access_prescriber(request.user), person, looked_at="report")
    made = report_pdf(found)
    if made is None:
        raise Http404
    response = HttpResponse(made.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Take a prescriber's decision about the dose; their account says who decided."""
    prescriber = access_prescriber(request.user)
    looked_at = "" if request.method == "POST" else "record"
    found = access_person(prescriber, person, looked_at=looked_at)
    today = today_of(found)
    running = running_trial(found) is not None
    stops = stops_of(screened(found))
    form = DecisionForm(
        request.POST if request.method == "POST" and not running else None,
        kinds=kinds_open(found, today),
        stops=stops,
        by_prescriber=True,
        initial={"from_day": today.isoformat()},
    )
    if form.is_valid():
        try:
            decide_dose(found, form.decision(), decided_by=prescriber)
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept. The person sees that you decided it."))
            return redirect("web:person", found.pk)
    context = {
        "place": "panel",
        "person": found,
        "form": form,
        "running": running,
        "dose": planned_dose(found),
        "stops": stops,
    }
    refused = bool(form.errors) or (running and request.method == "POST")
    return render(request, "web/person_decide.html", context, status=422 if refused else 200)


@login_required
@require_POST
def seen(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Note that the prescriber has seen what needed attention; the person reads when."""
    prescriber = access_prescriber(request.user)
    found = access_person(prescriber, person)
    key = request.POST.get("item", "")
    if all(item.key != key for item in attention_of([found])[found.pk]):
        raise Http404
    mark_seen(prescriber, found, key)
    messages.success(request, _("Marked as seen. The person can read that you saw it, and when."))
    if request.POST.get("from") == "person":
        return redirect("web:person", found.pk)
    return redirect("web:panel")


routes = [
    path("panel/", panel, name="panel"),
    path("people/<uuid:person>/", person, name="person"),
    path("people/<uuid:person>/seen/", seen, name="person-seen"),
    path("people/<uuid:person>/dose/", decide, name="person-decide"),
    path("people/<uuid:person>/report.pdf", report, name="person-report"),
    path("people/<uuid:person>/picture-<int:width>.svg", picture, name="person-picture"),
]
