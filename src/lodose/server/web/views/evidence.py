"""What is known, for everybody: the six claims, the conditions, every study with its source."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from lodose.server.web.evidence import (
    evidence_claim,
    evidence_condition,
    written_claim,
    written_condition,
    written_list,
)


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """List the claims and the conditions."""
    return _shown(request, written_list(), back="")


@require_safe
def condition(request: HttpRequest, condition: str) -> HttpResponse:
    """Show what was found for a condition."""
    if evidence_condition(condition) is None:
        raise Http404
    return _shown(request, written_condition(condition), back="web:evidence")


@require_safe
def claim(request: HttpRequest, claim: str) -> HttpResponse:
    """Show what speaks for and against a claim."""
    if evidence_claim(claim) is None:
        raise Http404
    return _shown(request, written_claim(claim), back="web:evidence")


def _shown(request: HttpRequest, content: SafeString, *, back: str) -> HttpResponse:
    context = {"place": "evidence", "content": content, "back": back}
    return render(request, "web/evidence.html", context)


routes = [
    path("evidence/", evidence, name="evidence"),
    path("evidence/claims/<slug:claim>/", claim, name="evidence-claim"),
    path("evidence/<slug:condition>/", condition, name="evidence-condition"),
]
