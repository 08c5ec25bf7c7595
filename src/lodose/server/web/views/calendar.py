"""Reminders: what a person chose, and the private calendar feed that brings them."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lodose.server.access import own_person
from lodose.server.records.clock import today_of
from lodose.server.records.feed import asked_at, calendar_file, forget_asked, note_asked, tag_of
from lodose.server.records.models import Person
from lodose.server.records.regimen import talk_day
from lodose.server.records.reminders import (
    choose_schedule,
    coming,
    end_feed,
    feed_mark,
    make_feed,
    next_few,
    person_of_feed,
    schedule_of,
    why_none,
)
from lodose.server.web.forms.reminders import ReminderForm, initial_of

SHOWN = 3


@login_required
def reminders(request: HttpRequest) -> HttpResponse:
    """Show the next reminders in words; choose the days and the time."""
    person = own_person(request.user)
    if request.method == "POST":
        form = ReminderForm(request.POST)
        if form.is_valid():
            choose_schedule(person, form.schedule())
            messages.success(request, _("Your reminders are kept. The next ones are below."))
            return redirect("web:reminders")
    else:
        form = ReminderForm(initial=initial_of(schedule_of(person), today_of(person)))
    context = {
        "place": "more",
        "form": form,
        "has_schedule": schedule_of(person) is not None,
        "has_feed": bool(person.feed_hash),
        "mark": feed_mark(person),
        "asked_at": asked_at(person) if person.feed_hash else None,
        "next": _in_words(person),
        "why_none": why_none(person),
        "zone": person.time_zone,
    }
    return render(request, "web/reminders.html", context, status=422 if form.errors else 200)


def _in_words(person: Person) -> list[dict[str, object]]:
    """Return the next reminders by the person's own clock, as the page says them."""
    zone = ZoneInfo(person.time_zone)
    return [
        {"utc": each.at, "local": each.at.astimezone(zone).replace(tzinfo=None)}
        for each in next_few(person, SHOWN)
    ]


@login_required
@require_POST
def end_reminders(request: HttpRequest) -> HttpResponse:
    """Choose no reminders."""
    choose_schedule(own_person(request.user), None)
    messages.success(request, _("There are no more reminders."))
    return redirect("web:reminders")


@login_required
@require_POST
def new_feed(request: HttpRequest) -> HttpResponse:
    """Make or renew the private address, and show it this once: only its hash is kept."""
    person = own_person(request.user)
    if schedule_of(person) is None:
        messages.error(request, _("Choose first on which days you want to be reminded."))
        return redirect("web:reminders")
    secret = make_feed(person, request.POST.get("mark", ""))
    if secret is None:
        messages.info(
            request,
            _("The address is shown once. If you did not keep it, make a new one below."),
        )
        return redirect("web:reminders")
    forget_asked(person)
    link = request.build_absolute_uri(reverse("web:calendar-feed", args=[secret]))
    # "webcals" keeps the secret from travelling in clear, where the server speaks https.
    scheme = "webcals" if request.is_secure() else "webcal"
    context = {
        "place": "more",
        "link": link,
        "subscribe": f"{scheme}://{link.partition('://')[2]}",
        "next": _in_words(person),
        "zone": person.time_zone,
    }
    return render(request, "web/reminders_feed.html", context)


@login_required
@require_POST
def remove_feed(request: HttpRequest) -> HttpResponse:
    """End the private address at once."""
    person = own_person(request.user)
    if not end_feed(person):
        raise Http404
    forget_asked(person)
    messages.success(request, _("The address no longer works. Remove the calendar on your phone."))
    return redirect("web:reminders")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Send the reminders to a calendar that knows the secret; any other is not there."""
    person = person_of_feed(secret)
    if person is None:
        raise Http404
    note_asked(person)
    talk = talk_day(person) if schedule_of(person) is not None else None
    file = calendar_file(person, coming(person), talk)
    tag = tag_of(file)
    # A calendar may keep it but asks each time, so that an ended feed ends at once.
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    headers["Content-Disposition"] = 'inline; filename="check-in.ics"'
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


routes = [
    path("reminders/", reminders, name="reminders"),
    path("reminders/end/", end_reminders, name="reminders-end"),
    path("reminders/feed/", new_feed, name="feed-new"),
    path("reminders/feed/end/", remove_feed, name="feed-end"),
    path("calendar/<str:secret>.ics", feed, name="calendar-feed"),
]
