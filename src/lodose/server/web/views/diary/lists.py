"""Laboratory values, other medicines and events: lists that can be added to and corrected."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from lodose.server.access import (
    access_laboratory,
    access_life_event,
    access_medicine,
    own_person,
)
from lodose.server.records import events, laboratory, medicines
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.items import Item, remove_item
from lodose.server.records.screening import not_understood, open_contraindications
from lodose.server.web.views.diary.item_forms import (
    EventForm,
    ItemForm,
    LaboratoryForm,
    MedicineForm,
    ReasonForm,
)

A_PAGE = 50


@login_required
def laboratory_list(request: HttpRequest) -> HttpResponse:
    """Show laboratory values by what was measured."""
    person = own_person(request.user)
    page = Paginator(laboratory.series_of(person), 10).get_page(request.GET.get("page"))
    return render(request, "web/laboratory.html", {"place": "diary", "page": page})


@login_required
def laboratory_add(request: HttpRequest) -> HttpResponse:
    """Add a laboratory value."""
    person = own_person(request.user)
    form = LaboratoryForm(request.POST or None, initial={"analyte": request.GET.get("of", "")})
    return _handle(
        request,
        form,
        lambda: laboratory.add_result(person, form.result()),
        {"heading": _("Add a laboratory value"), "back": "web:laboratory"},
    )


@login_required
def laboratory_change(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Correct a laboratory value."""
    found = access_laboratory(request.user, item)
    form = LaboratoryForm(
        request.POST or None, initial=LaboratoryForm.typed(found), correcting=True
    )
    return _handle(
        request,
        form,
        lambda: laboratory.change_result(found, form.result(), reason=form.cleaned_data["reason"]),
        {
            "heading": _("Correct a laboratory value"),
            "back": "web:laboratory",
            "remove": "web:laboratory-remove",
            "item": found,
        },
    )


@login_required
def laboratory_remove(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Remove a laboratory value."""
    found = access_laboratory(request.user, item)
    name = laboratory.label_of(found.analyte)
    return _remove(request, found, f"{name}, {found.day}", "web:laboratory")


@login_required
def medicine_list(request: HttpRequest) -> HttpResponse:
    """Show other medicines, with the warning where one of them is an opioid."""
    person = own_person(request.user)
    found = medicines.medicines_of(person)
    today = today_of(person)
    context = {
        "place": "diary",
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "today": today,
        "stops": open_contraindications(person),
        "not_understood": not_understood(person),
        "gut": [each.name for each in found if not each.opioid and medicines.acts_in_the_gut(each)],
    }
    return render(request, "web/medicines.html", context)


@login_required
def medicine_add(request: HttpRequest) -> HttpResponse:
    """Add another medicine; an opioid brings its warning at once."""
    person = own_person(request.user)
    form = MedicineForm(request.POST or None)
    return _handle(
        request,
        form,
        lambda: medicines.add_medicine(person, form.taken()),
        {"heading": _("Add a medicine"), "back": "web:medicines"},
    )


@login_required
def medicine_change(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Correct another medicine, or say that it is taken no more."""
    found = access_medicine(request.user, item)
    form = MedicineForm(request.POST or None, initial=MedicineForm.typed(found), correcting=True)
    return _handle(
        request,
        form,
        lambda: medicines.change_medicine(found, form.taken(), reason=form.cleaned_data["reason"]),
        {
            "heading": _("Correct a medicine"),
            "back": "web:medicines",
            "remove": "web:medicine-remove",
            "item": found,
        },
    )


@login_required
def medicine_remove(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Remove a medicine that was never taken."""
    found = access_medicine(request.user, item)
    return _remove(request, found, found.name, "web:medicines")


@login_required
def event_list(request: HttpRequest) -> HttpResponse:
    """Show events, newest first."""
    person = own_person(request.user)
    page = Paginator(events.events_of(person), A_PAGE).get_page(request.GET.get("page"))
    names = dict(events.What.choices)
    rows = [{"item": each, "what": names.get(each.what, each.what)} for each in page]
    return render(request, "web/events.html", {"place": "diary", "page": page, "rows": rows})


@login_required
def event_add(request: HttpRequest) -> HttpResponse:
    """Add an event."""
    person = own_person(request.user)
    form = EventForm(request.POST or None)
    return _handle(
        request,
        form,
        lambda: events.add_event_of_life(person, form.happened()),
        {"heading": _("Add an event"), "back": "web:events"},
    )


@login_required
def event_change(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Correct an event."""
    found = access_life_event(request.user, item)
    form = EventForm(request.POST or None, initial=EventForm.typed(found), correcting=True)
    return _handle(
        request,
        form,
        lambda: events.change_event_of_life(
            found, form.happened(), reason=form.cleaned_data["reason"]
        ),
        {
            "heading": _("Correct an event"),
            "back": "web:events",
            "remove": "web:event-remove",
            "item": found,
        },
    )


@login_required
def event_remove(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Remove an event."""
    found = access_life_event(request.user, item)
    name = dict(events.What.choices).get(found.what, found.what)
    return _remove(request, found, f"{name}, {found.day}", "web:events")


def _handle(
    request: HttpRequest, form: ItemForm, write: Callable[[], Item], context: Mapping[str, Any]
) -> HttpResponse:
    """Show a form, or write what it says and go back to the list."""
    if request.method == "POST" and form.is_valid():
        try:
            write()
        except EntryError as error:
            form.add_problems(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(context["back"])
    status = 422 if request.method == "POST" else 200
    shown = {"place": "diary", "form": form, **context}
    return render(request, "web/diary_item.html", shown, status=status)


def _remove(request: HttpRequest, item: Item, name: str, back: str) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_item(item, reason=form.cleaned_data["reason"])
        except EntryError as error:
            form.add_error("reason", error.problems["reason"])
        else:
            messages.success(request, _("Removed. What stood there is kept with your reason."))
            return redirect(back)
    status = 422 if request.method == "POST" else 200
    context = {"place": "diary", "form": form, "name": name, "back": back}
    return render(request, "web/diary_remove.html", context, status=status)


routes: list[URLPattern] = [
    path("diary/laboratory/", laboratory_list, name="laboratory"),
    path("diary/laboratory/add/", laboratory_add, name="laboratory-add"),
    path("diary/laboratory/<uuid:item>/", laboratory_change, name="laboratory-change"),
    path("diary/laboratory/<uuid:item>/remove/", laboratory_remove, name="laboratory-remove"),
    path("diary/medicines/", medicine_list, name="medicines"),
    path("diary/medicines/add/", medicine_add, name="medicine-add"),
    path("diary/medicines/<uuid:item>/", medicine_change, name="medicine-change"),
    path("diary/medicines/<uuid:item>/remove/", medicine_remove, name="medicine-remove"),
    path("diary/events/", event_list, name="events"),
    path("diary/events/add/", event_add, name="event-add"),
    path("diary/events/<uuid:item>/", event_change, name="event-change"),
    path("diary/events/<uuid:item>/remove/", event_remove, name="event-remove"),
]
