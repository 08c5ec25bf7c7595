"""The calendar of a month and the picture below it."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from lodose.server.access import own_person
from lodose.server.answers.diary_picture import WIDTHS, by_month, diary_picture, outcome_diary
from lodose.server.records.calendar_view import FIRST_YEAR, last_month_written, month_of
from lodose.server.records.clock import today_of

MOST_ROWS = 60
# Any Monday and the six days after it, for their names in the reader's language.
WEEK = [date(2024, 1, day) for day in range(1, 8)]


@login_required
def diary(request: HttpRequest) -> HttpResponse:
    """Show a month, this one unless another is named."""
    person = own_person(request.user)
    today = today_of(person)
    first = _month(request.GET.get("month", ""), today)
    month = month_of(person, first.year, first.month)
    written = outcome_diary(person)
    newest = last_month_written(person)
    context = {
        "place": "diary",
        "month": month,
        "today": today,
        "weekdays": WEEK,
        "recorded": month.count("done", "late"),
        "missing": month.count("missing"),
        "newest": newest,
        "written": written,
        "rows": by_month(written)[:MOST_ROWS] if written else [],
    }
    return render(request, "web/diary.html", context)


def _month(text: str, today: date) -> date:
    """Read "2026-11"; anything else, and what has not begun, is not there."""
    if not text:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if first.year < FIRST_YEAR or first > today:
        raise Http404
    return first


@login_required
def picture(request: HttpRequest, width: int) -> HttpResponse:
    """Show the picture of the diary as SVG."""
    person = own_person(request.user)
    drawn = diary_picture(person, width) if width in WIDTHS else None
    if drawn is None:
        raise Http404
    return HttpResponse(drawn, content_type="image/svg+xml")


routes: list[URLPattern] = [
    path("diary/", diary, name="diary"),
    path("diary/picture-<int:width>.svg", picture, name="diary-picture"),
]
