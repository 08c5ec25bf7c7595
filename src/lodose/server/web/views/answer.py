"""The answer, its report, and what is shown while there is none."""

import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from lodose.errors import LodoseError
from lodose.server.access import access_trial, own_person
from lodose.server.answers.actions import choose_opening
from lodose.server.answers.claims import own_claims
from lodose.server.answers.compute import (
    Answer,
    analysed_diary,
    analysed_protocol,
    answer_of,
    pdf_of,
    report_json,
    report_pdf,
)
from lodose.server.answers.pages import CHARTS
from lodose.server.answers.stages import Stage, earlier_trials, stage_of
from lodose.server.records.clock import today_of
from lodose.server.records.disclosure import period_to_guess
from lodose.server.records.models import Person, Trial
from lodose.server.records.problems import DecisionError
from lodose.server.records.schedules import last_day_of, latest_trial, locked_hash
from lodose.server.web.evidence import claims, own_condition


@login_required
def answer(request: HttpRequest) -> HttpResponse:
    """Show how far the person is, or the answer."""
    person = own_person(request.user)
    stage = stage_of(person)
    if stage.kind != "ready" or stage.trial is None:
        return render(request, "web/answer_waiting.html", _waiting(person, stage))
    older = _older(person, stage.trial)
    if stage.recorded and person.answer_choice != "now":
        # Before every answer, and before it is worked out: being asked, or a wait, must not tell.
        return render(
            request,
            "web/answer_choice.html",
            {"place": "answer", "choice": person.answer_choice, "stage": stage, "older": older},
        )
    try:
        found = answer_of(stage.trial)
    except LodoseError as error:
        context = {"place": "answer", "stage": stage, "problem": str(error), "older": older}
        return render(request, "web/answer_waiting.html", context)
    context = {**_ready(person, stage.trial, found), "older": older}
    return render(request, "web/answer.html", context)


def _older(person: Person, newest: Trial | None) -> list[dict[str, object]]:
    """Return the answers of earlier trials as links; none is opened, so that none is told."""
    return [
        {
            "id": each.pk,
            "first_day": min(period.first_day for period in each.periods.all()),
            "last_day": last_day_of(each),
        }
        for each in earlier_trials(person, newest)
    ]


def _earlier(request: HttpRequest, trial_id: uuid.UUID) -> Trial:
    """Return an earlier trial of the person's own that has an answer."""
    wanted = access_trial(request.user, trial_id)
    person = wanted.person
    for each in earlier_trials(person, latest_trial(person)):
        if each.pk == wanted.pk:
            return each
    raise Http404


@login_required
def earlier(request: HttpRequest, trial: uuid.UUID) -> HttpResponse:
    """Show the answer of an earlier trial, which a new one does not take away."""
    found = _earlier(request, trial)
    person = found.person
    try:
        opened = answer_of(found)
    except LodoseError as error:
        told = {"place": "answer", "problem": str(error), "stage": None}
        return render(request, "web/answer_waiting.html", told)
    context = {**_ready(person, found, opened), "earlier": found}
    return render(request, "web/answer.html", context)


@login_required
def earlier_report(request: HttpRequest, trial: uuid.UUID) -> HttpResponse:
    """The report of an earlier trial as a PDF."""
    found = _earlier(request, trial)
    try:
        content = pdf_of(found)
    except LodoseError:
        raise Http404 from None
    return as_download(f"report-{last_day_of(found)}.pdf", content, "application/pdf")


def _waiting(person: Person, stage: Stage) -> dict[str, object]:
    asked = None if stage.trial is None else period_to_guess(stage.trial, today_of(person))
    older = _older(person, stage.trial)
    return {"place": "answer", "stage": stage, "to_guess": asked, "older": older}


def _ready(person: Person, trial: Trial, found: Answer) -> dict[str, object]:
    titles = {claim.id: claim.statement for claim in claims()}
    charts = {
        name: {
            # Drawn by this server from escaped text; nothing in it comes from a form as markup.
            "narrow": mark_safe(found.charts[f"{name}-340"]),  # noqa: S308
            "wide": mark_safe(found.charts[f"{name}-720"]),  # noqa: S308
            "description": found.page["descriptions"][name],
        }
        for name in CHARTS
        if found.page["primary"]["drawn"][name]
    }
    return {
        "place": "answer",
        "page": found.page,
        "charts": charts,
        "claims": [
            {"title": titles[each.name], "claim": each} for each in own_claims(trial, found.page)
        ],
        "condition": own_condition(person),
        "trial": trial,
        "plan_unchanged": locked_hash(trial) == trial.protocol_hash,
    }


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Keep whether the answer is opened now or with the doctor."""
    person = own_person(request.user)
    try:
        choose_opening(person, request.POST.get("choice", ""))
    except DecisionError:
        return render(
            request,
            "web/answer_choice.html",
            {"place": "answer", "choice": person.answer_choice, "problem": True},
            status=422,
        )
    return redirect("web:answer")


@login_required
def report(request: HttpRequest) -> HttpResponse:
    """The report as a PDF, for the person."""
    person = own_person(request.user)
    if _is_closed(person):
        return redirect("web:answer")
    made = report_pdf(person)
    if made is None:
        raise Http404
    return as_download(made.name, made.content, "application/pdf")


@login_required
def data(request: HttpRequest) -> HttpResponse:
    """The answer for programs."""
    person = own_person(request.user)
    if _is_closed(person):
        return redirect("web:answer")
    stage = stage_of(person)
    if stage.kind != "ready" or stage.trial is None:
        raise Http404
    try:
        content = report_json(stage.trial)
    except LodoseError:
        raise Http404 from None
    return as_download(f"report-{today_of(person):%Y-%m-%d}.json", content, "application/json")


@login_required
def analysed(request: HttpRequest, name: str) -> HttpResponse:
    """What the answer was worked out from: with it anybody can work it out again."""
    make, kind = ANALYSED[name]
    stage = stage_of(own_person(request.user))
    if stage.kind != "ready" or stage.trial is None:
        raise Http404
    try:
        content = make(stage.trial)
    except LodoseError:
        raise Http404 from None
    return as_download(name, content, f"{kind}; charset=utf-8")


def _is_closed(person: Person) -> bool:
    """Whether there is an answer and the person has not yet said how to open it.

    Somebody who chose to open it with the doctor may take the file along unread.
    """
    if person.answer_choice:
        return False
    stage = stage_of(person)
    return stage.kind == "ready" and stage.recorded > 0


def as_download(name: str, content: bytes, kind: str) -> HttpResponse:
    """Return a file under a name that says a day and nothing else."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


ANALYSED: dict[str, tuple[Callable[[Trial], bytes], str]] = {
    "diary.csv": (analysed_diary, "text/csv"),
    "protocol.toml": (analysed_protocol, "application/toml"),
}

routes = [
    path("answer/", answer, name="answer"),
    path("answer/<uuid:trial>/", earlier, name="answer-earlier"),
    path("answer/<uuid:trial>/report.pdf", earlier_report, name="answer-earlier-report"),
    path("answer/choice/", choose, name="answer-choice"),
    path("answer/report.pdf", report, name="answer-report"),
    path("answer/report.json", data, name="answer-data"),
    *(
        path(f"answer/{name}", analysed, {"name": name}, name=f"answer-{name.partition('.')[0]}")
        for name in ANALYSED
    ),
]
