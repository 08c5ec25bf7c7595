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
from django.views.decorators.http import require_GET, require_POST

from lodose.server.access import access_person, access_prescriber, people_of
from lodose.server.care.actions import mark_seen
from lodose.server.care.attention import attention_of
from lodose.server.care.panel import panel_of
from lodose.server.care.summary import summary_of
from lodose.server.care.wording import shown
from lodose.server.records.models import Person

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
        "items": [
            shown(item, is_seen=item.is_seen_by(prescriber_id)) for item in summary.attention
        ],
    }


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
]
