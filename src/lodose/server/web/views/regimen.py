"""The plan: chosen, shown as what is swallowed, and the next step, which the prescriber decides."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lodose.regimen import Move
from lodose.server.access import access_person, access_prescriber, own_person
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.models import Person
from lodose.server.records.regimen import choose_plan, chosen_plan, holds, open_proposal, product_of
from lodose.server.records.regimen_proposals import (
    decide_proposal,
    propose_next,
    told_by_diary,
)
from lodose.server.records.regimen_shown import (
    past_of,
    plan_shown,
    proposal_shown,
    ready_plans,
    supply_words,
    use_before_words,
    waiting,
)
from lodose.server.records.screening import screened, stops_of
from lodose.server.records.side_effects import effect_label
from lodose.server.web.forms.regimen import HowForm, PlanForm, SupplyForm, VerdictForm
from lodose.server.web.forms.treatment import tomorrow
from lodose.server.web.views.screening import safety_of

DAYS = 30
PAGES = ("GET", "HEAD", "POST")


@login_required
@require_http_methods(PAGES)
def regimen(request: HttpRequest) -> HttpResponse:
    """Choose a plan as it was agreed, and see what is swallowed at each step."""
    person = own_person(request.user)
    held = holds(person)
    form = PlanForm(request.POST if request.method == "POST" and not held else None)
    if form.is_valid():
        try:
            choose_plan(person, form.wish())
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("The plan is kept. It changes no dose by itself."))
            return redirect("web:regimen")
    context = _plan_context(request, person, form) | {"place": "treatment", "held": held}
    refused = bool(form.errors) or (bool(held) and request.method == "POST")
    return render(request, "web/regimen.html", context, status=422 if refused else 200)


def _plan_context(request: HttpRequest, person: Person, form: PlanForm) -> dict[str, Any]:
    shown = plan_shown(person)
    asked = "days" in request.GET
    chosen = chosen_plan(person) if shown is not None else None
    product = product_of(chosen) if chosen is not None else None
    supplied = SupplyForm(request.GET if asked else None, product=product, initial={"days": DAYS})
    need = supply_words(person, DAYS) if shown is not None and not asked else ""
    until = ""
    days = DAYS
    if asked and supplied.is_valid() and shown is not None:
        data = supplied.cleaned_data
        days = data["days"]
        need = supply_words(person, days)
        if data.get("made"):
            until = use_before_words(
                person, made=data["made"], formula=data["formula"], storage=data["storage"]
            )
    return {
        "person": person,
        "form": form,
        "shown": shown,
        "plans": ready_plans(),
        "changing": shown is None or "change" in request.GET or bool(form.errors),
        "supplied": supplied,
        "need": need,
        "need_days": days,
        "until": until,
    }


@login_required
@require_http_methods(PAGES)
def following(request: HttpRequest) -> HttpResponse:
    """Say how it went, read what is proposed, and keep what the prescriber decided."""
    person = own_person(request.user)
    held = holds(person)
    told = told_by_diary(person)
    safety = safety_of(person)
    row = None if held else open_proposal(person)
    begins = row is not None and row.move == Move.RESTART
    has_open = bool(begins and safety["is_open"])
    how, verdict = HowForm(initial=_how(person, told)), VerdictForm(has_open=has_open)
    if request.method == "POST" and not held:
        answered: HttpResponse | None
        if request.POST.get("do") == "decided":
            verdict = VerdictForm(request.POST, has_open=has_open)
            answered = _keep_verdict(request, person, verdict)
        else:
            how = HowForm(request.POST)
            answered = _ask(person, how)
        if answered is not None:
            return answered
    context = {
        "place": "treatment",
        "held": held,
        "how": how,
        "verdict": verdict,
        "proposal": None if held else proposal_shown(person),
        "shown": plan_shown(person),
        "past": [] if held else past_of(person),
        "effects": [effect_label(name) for name in told["names"]],
        "asking": bool(how.errors) or "ask" in request.GET,
        **(safety if begins else {"stops": safety["stops"]}),
    }
    wrong = bool(how.errors or verdict.errors) or (bool(held) and request.method == "POST")
    return render(request, "web/regimen_next.html", context, status=422 if wrong else 200)


def _how(person: Person, told: dict[str, Any]) -> dict[str, Any]:
    """Return what the diary knows as a beginning; what it does not know stays open."""
    initial = {"side_effects": told["side_effects"], "missed_days": told["missed_days"]}
    if told["sleep_suffers"]:
        initial["sleep"] = "yes"
    if any(each.rule.startswith("OPI-") for each in stops_of(screened(person))):
        initial["opioid"] = "yes"
    return initial


def _ask(person: Person, form: HowForm) -> HttpResponse | None:
    if form.is_valid():
        try:
            propose_next(person, form.report())
        except EntryError as error:
            form.show(error)
        else:
            return redirect("web:regimen-next")
    return None


def _keep_verdict(request: HttpRequest, person: Person, form: VerdictForm) -> HttpResponse | None:
    row = open_proposal(person)
    if row is None:
        messages.info(request, _("That proposal is decided or out of date. Ask for a new one."))
        return redirect("web:regimen-next")
    if form.is_valid():
        try:
            decide_proposal(person, row, form.verdict())
        except EntryError as error:
            form.show(error)
        else:
            messages.success(request, _("Kept."))
            return redirect("web:treatment")
    return None


@login_required
@require_http_methods(PAGES)
def person_regimen(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Let a prescriber choose the plan and decide about the next step."""
    prescriber = access_prescriber(request.user)
    looked_at = "" if request.method == "POST" else "record"
    found = access_person(prescriber, person, looked_at=looked_at)
    held = holds(found)
    row = None if held else open_proposal(found)
    proposal = waiting(found) if row is not None else None
    stops = stops_of(screened(found))
    verdict = VerdictForm(by_prescriber=True, stops=stops, initial=_from(found, proposal))
    form = PlanForm(by_prescriber=True)
    if request.method == "POST" and not held:
        if request.POST.get("do") == "decide":
            verdict = VerdictForm(request.POST, by_prescriber=True, stops=stops)
            done = _decided(request, found, verdict)
        else:
            form = PlanForm(request.POST, by_prescriber=True)
            done = _chosen(request, found, form)
        if done:
            return redirect("web:person-regimen", found.pk)
    context = _plan_context(request, found, form) | {
        "place": "panel",
        "held": held,
        "proposal": proposal,
        "verdict": verdict,
        "stops": stops,
        "past": [] if held else past_of(found),
    }
    refused = bool(form.errors or verdict.errors) or (bool(held) and request.method == "POST")
    return render(request, "web/regimen_person.html", context, status=422 if refused else 200)


def _from(person: Person, proposal: Any) -> dict[str, str]:
    """Return the day on which a decision would begin: after the last dose before an operation."""
    today = today_of(person)
    last = proposal.last_dose if proposal is not None else None
    begins = tomorrow(last) if last is not None and last >= today else today.isoformat()
    return {"from_day": begins}


def _decided(request: HttpRequest, person: Person, form: VerdictForm) -> bool:
    row = open_proposal(person)
    if row is None:
        messages.info(request, _("That proposal is decided or out of date."))
        return True
    if not form.is_valid():
        return False
    try:
        decide_proposal(person, row, form.verdict(), decided_by=request.user)
    except EntryError as error:
        form.show(error)
        return False
    messages.success(request, _("Kept. The person sees that you decided it."))
    return True


def _chosen(request: HttpRequest, person: Person, form: PlanForm) -> bool:
    if not form.is_valid():
        return False
    try:
        choose_plan(person, form.wish(), decided_by=request.user)
    except EntryError as error:
        form.show(error)
        return False
    messages.success(request, _("The plan is kept. It changes no dose by itself."))
    return True


routes = [
    path("treatment/plan/", regimen, name="regimen"),
    path("treatment/next/", following, name="regimen-next"),
    path("people/<uuid:person>/plan/", person_regimen, name="person-regimen"),
]
