"""The record as files to take along."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from lodose.server.access import access_trial, own_person
from lodose.server.records.bridge import ArmsSealedError, protocol_of
from lodose.server.records.clock import today_of
from lodose.server.records.exports import (
    diary_csv,
    disclosed_trials,
    has_diary,
    protocol_toml,
)


@login_required
def files(request: HttpRequest) -> HttpResponse:
    """List what can be taken along and what can be brought in."""
    person = own_person(request.user)
    context = {
        "place": "diary",
        "has_diary": has_diary(person),
        "trials": [
            {
                "id": trial.pk,
                "title": trial.plan.get("title", ""),
                "first_day": min(period.first_day for period in trial.periods.all()),
                "last_day": max(period.last_day for period in trial.periods.all()),
            }
            for trial in disclosed_trials(person)
            if trial.periods.all()
        ],
    }
    return render(request, "web/diary_files.html", context)


@login_required
def diary_file(request: HttpRequest) -> HttpResponse:
    """Send the whole diary as CSV."""
    person = own_person(request.user)
    if not has_diary(person):
        raise Http404
    name = f"diary-{today_of(person)}.csv"
    return _attached(diary_csv(person), "text/csv; charset=utf-8", name)


@login_required
def protocol_file(request: HttpRequest, trial: uuid.UUID) -> HttpResponse:
    """Send the protocol of a trial whose arms are known."""
    found = access_trial(request.user, trial)
    try:
        protocol = protocol_of(found)
    except ArmsSealedError:
        raise Http404 from None
    name = f"protocol-{protocol.first_day}.toml"
    return _attached(protocol_toml(protocol), "application/toml; charset=utf-8", name)


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


routes: list[URLPattern] = [
    path("diary/files/", files, name="diary-files"),
    path("diary/diary.csv", diary_file, name="diary-csv"),
    path("diary/protocol-<uuid:trial>.toml", protocol_file, name="diary-protocol"),
]
