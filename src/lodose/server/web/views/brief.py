"""The brief: what the person writes for it, a look at what will stand in it, and the file."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lodose.server.access import access_person, access_prescriber, own_person
from lodose.server.records.brief import FILE_NAME, brief_of, brief_pdf, keep_written, written_by
from lodose.server.records.entries import EntryError
from lodose.server.web.forms.brief import BriefForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def brief(request: HttpRequest) -> HttpResponse:
    """Take what the person writes, and show what will stand on the page."""
    person = own_person(request.user)
    form = BriefForm(request.POST if request.method == "POST" else None, written=written_by(person))
    if form.is_valid():
        try:
            keep_written(person, form.written())
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept. The page below is made from it."))
            return redirect("web:brief")
    context = {"place": "treatment", "form": form, "brief": brief_of(person, reader="person")}
    return render(request, "web/brief.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def brief_file(request: HttpRequest) -> HttpResponse:
    """Give the person's copy, which holds no opioid-free interval."""
    return _as_file(brief_pdf(own_person(request.user), reader="person"))


@login_required
@require_GET
def person_brief(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give the prescriber's copy, with intervals; the person sees that it was opened."""
    found = access_person(access_prescriber(request.user), person, looked_at="brief")
    return _as_file(brief_pdf(found, reader="prescriber"))


def _as_file(content: bytes | None) -> HttpResponse:
    if content is None:  # a schedule is sealed: nothing about doses is said then
        raise Http404
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


routes = [
    path("brief/", brief, name="brief"),
    path("brief/brief.pdf", brief_file, name="brief-pdf"),
    path("people/<uuid:person>/brief.pdf", person_brief, name="person-brief"),
]
