"""Where a few milligrams go: the shape for everybody, the numbers for a prescriber."""

import datetime as dt
import uuid
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lodose.errors import InputError
from lodose.language import nearest, speaking
from lodose.pharmacology import STRUCTURES
from lodose.pharmacology.printed import FILE_NAME
from lodose.pharmacology.printed import longest as said_longest
from lodose.pharmacology.printed import pdf as printed_pdf
from lodose.server.access import access_person, access_prescriber
from lodose.server.accounts.models import Role
from lodose.server.answers.receptors import (
    USUAL_DAYS,
    USUAL_DOSE_UG,
    USUAL_TIME,
    Figures,
    figures_of,
)
from lodose.server.records.clock import today_of
from lodose.server.records.dose_log import DiaryDoses, diary_doses, is_sealed
from lodose.server.records.entries import spelt
from lodose.server.records.models import Person
from lodose.server.records.regimen import refusal
from lodose.server.records.treatment import current_step, shown_dose
from lodose.server.web.forms.receptors import DIARY, TYPED, ReceptorsForm


@require_safe
def receptors(request: HttpRequest) -> HttpResponse:
    """Tell the shape in plain words: no date, no hours, no threshold."""
    role = getattr(request.user, "role", "")
    context = {
        "place": "more" if role == Role.PERSON else "evidence",
        "content": _shape(nearest(translation.get_language() or "en")),
        "is_prescriber": role == Role.PRESCRIBER,
    }
    return render(request, "web/receptors.html", context)


@lru_cache(maxsize=8)
def _shape(language: str) -> SafeString:
    """Write the page's content once: it is the same for everybody."""
    # The drawing library takes a second to load: only who looks at the picture waits for it.
    from lodose.pharmacology import regimen
    from lodose.pharmacology.charts import shape_chart, shape_description
    from lodose.pharmacology.views import for_person
    from lodose.report.drawing import svg

    with translation.override(language), speaking(language):
        history = regimen(USUAL_DOSE_UG, days=14)
        context = {
            "said": for_person(history),
            "description": shape_description(),
            "narrow": mark_safe(svg(shape_chart(history, width=340), 340)),  # noqa: S308  ours
            "wide": mark_safe(svg(shape_chart(history, width=720), 720)),  # noqa: S308  ours
        }
        return render_to_string("web/receptors_content.html", context)


@login_required
@require_safe
def prescriber_receptors(request: HttpRequest) -> HttpResponse:
    """Show a prescriber the numbers for doses that they type; of nobody in particular."""
    access_prescriber(request.user)
    form = ReceptorsForm(_typed(request, _usual()))
    return _answered(request, form, {"person": None})


@login_required
@require_safe
def person_receptors(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Show the numbers for a person's own doses, or for doses that are typed.

    What is typed reads nothing of the record, so that only a look at the diary is told.
    """
    is_typed = request.GET.get("source") == TYPED
    prescriber = access_prescriber(request.user)
    found = access_person(prescriber, person, looked_at="" if is_typed else "receptors")
    context: dict[str, Any] = {"person": found}
    if is_sealed(found):
        return render(request, "web/person_receptors_sealed.html", context | {"place": "panel"})
    try:
        diary = diary_doses(found)
    except InputError as error:
        diary, context["diary_problem"] = None, refusal(error)
    usual = _usual_of(found) if not is_typed else _usual()
    usual["source"] = DIARY if diary else TYPED
    form = ReceptorsForm(_typed(request, usual), diary=diary)
    return _answered(request, form, context)


@login_required
@require_safe
def person_receptors_file(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give the same as one page to print; its name tells nothing."""
    found = access_person(access_prescriber(request.user), person, looked_at="receptors")
    if is_sealed(found):
        raise Http404
    try:
        diary = diary_doses(found)
    except InputError:
        diary = None
    usual = _usual_of(found) | {"source": DIARY if diary else TYPED}
    form = ReceptorsForm(_typed(request, usual), diary=diary)
    if not form.is_valid() or form.asked is None:
        return _answered(request, form, {"person": found})
    figures = figures_of(form.asked)
    with speaking(nearest(translation.get_language() or "en")):
        content = printed_pdf(
            figures.data, figures.charts[720], about=_said(_about(form)), on=today_of(found)
        )
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _usual() -> dict[str, Any]:
    """What is asked before anything is typed."""
    return {
        "source": TYPED,
        "dose": _mg(USUAL_DOSE_UG),
        "at": f"{USUAL_TIME:%H:%M}",
        "days": USUAL_DAYS,
        "liver": "healthy",
    }


def _usual_of(person: Person) -> dict[str, Any]:
    """The same, with the dose that this person takes now."""
    step = current_step(person, today_of(person))
    usual = _usual()
    if step is not None and step.dose_micrograms:
        usual["dose"] = _mg(step.dose_micrograms)
        usual["confirmed"] = step.dose_micrograms  # it was asked back when it was decided
    return usual


def _mg(micrograms: int) -> str:
    return f"{spelt(Decimal(micrograms) / 1000)} mg"


def _typed(request: HttpRequest, usual: dict[str, Any]) -> dict[str, Any]:
    return usual | {name: text for name, text in request.GET.items() if name != "page"}


def _answered(request: HttpRequest, form: ReceptorsForm, context: dict[str, Any]) -> HttpResponse:
    context |= {"place": "panel", "form": form}
    if not form.is_valid() or form.asked is None:
        if form.asks_about_ug is not None:
            context["asks"] = _choices(request, form.asks_about_ug)
        return render(request, "web/person_receptors.html", context, status=422)
    figures = figures_of(form.asked)
    with speaking(nearest(translation.get_language() or "en")):
        context |= _shown(figures, form)
    context["query"] = request.GET.urlencode()
    return render(request, "web/person_receptors.html", context)


def _choices(request: HttpRequest, dose_ug: int) -> list[tuple[str, str]]:
    """What may have been meant, as links that keep everything else."""
    found = []
    for micrograms in (dose_ug, dose_ug // 10):
        query = request.GET.copy()
        query["dose"] = _mg(micrograms)
        query["confirmed"] = str(micrograms)
        found.append((shown_dose(micrograms), f"?{query.urlencode()}"))
    return found


def _about(form: ReceptorsForm) -> dict[str, Any]:
    """Which doses the figures are of, in words that a page and a file share."""
    diary: DiaryDoses | None = form.diary if form.from_diary else None
    data = form.cleaned_data
    return {
        "diary": diary,
        "dose": shown_dose(diary.last_ug if diary else data["dose"]),
        "at": data["at"],
        "days": data["days"],
        "missed": data["missed"],
        "liver": dict(form.fields["liver"].choices)[data["liver"]],  # type: ignore[attr-defined]
        "liver_is_healthy": data["liver"] == "healthy",
        "surgery_days": data["surgery_days"],
    }


def _said(about: dict[str, Any]) -> list[str]:
    """The same as sentences of the file."""
    said = []
    if about["diary"]:
        said.append(
            _(
                "From the diary: last dose %(dose)s, %(when)s. Days without an entry count like "
                "the day before."
            )
            % {"dose": about["dose"], "when": date_format(about["diary"].last, "DATETIME_FORMAT")}
        )
    else:
        said.append(
            _("As typed: %(dose)s at %(time)s, day %(days)d since the start, %(missed)d missed.")
            % {
                "dose": about["dose"],
                "time": f"{about['at']:%H:%M}",
                "days": about["days"],
                "missed": len(about["missed"]),
            }
        )
    if not about["liver_is_healthy"]:
        said.append(_("Liver: %(liver)s.") % {"liver": about["liver"]})
    return said


def _shown(figures: Figures, form: ReceptorsForm) -> dict[str, Any]:
    data = figures.data
    about = _about(form)
    last = about["diary"].last if about["diary"] else None
    days = sorted({each["days_after_last_dose"] for each in data["residual"]})
    wanted = data["surgery_days"]
    by_day = {each["days_after_last_dose"]: each for each in data["by_day"]}
    if wanted is not None:
        days = sorted({*days, wanted})
    return {
        "data": data,
        "about": about,
        "narrow": mark_safe(figures.charts[340]),  # noqa: S308  made by lodose.pharmacology.picture
        "wide": mark_safe(figures.charts[720]),  # noqa: S308  the same
        "residual": [
            {
                "days": day,
                "hours": 24 * day,
                "date": (last + dt.timedelta(days=day)).date() if last else None,
                "is_surgery": day == wanted,
                "structures": [{"name": name, **by_day[day][name]} for name in STRUCTURES],
            }
            for day in days
            if day in by_day
        ],
        "below": _below(data),
        "shares": list(data["structures"][0]["hours_until_below"]),
        "above": [
            {"share": share, "hours": [each["hours_above"][share] for each in data["structures"]]}
            for share in data["structures"][0]["hours_above"]
        ],
        "longest": said_longest(data),
    }


def _below(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Hours until below, for the typical person and what five of a hundred exceed."""
    late = data["hours_until_below_in_5_of_100"]
    return [
        {
            "structure": each["structure"],
            "shares": [
                {"share": share, "hours": hours, "late": late[each["structure"]][share]}
                for share, hours in each["hours_until_below"].items()
            ],
        }
        for each in data["structures"]
    ]


routes = [
    path("receptors/", receptors, name="receptors"),
    path("receptors/prescriber/", prescriber_receptors, name="prescriber-receptors"),
    path("people/<uuid:person>/receptors/", person_receptors, name="person-receptors"),
    path("people/<uuid:person>/receptors.pdf", person_receptors_file, name="person-receptors-pdf"),
]
