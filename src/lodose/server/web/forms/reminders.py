"""The form by which somebody chooses their reminders."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from lodose.server.records.reminders import FEWEST_DAYS, MOST_DAYS, Schedule

FARTHEST_AHEAD = timedelta(days=366)


class ReminderForm(forms.Form):
    """Which days, at what time, and when it ends."""

    kind = forms.ChoiceField(
        label=_("On which days"),
        choices=[
            ("daily", _("Every day")),
            ("weekdays", _("On chosen days of the week")),
            ("every", _("Every so many days, for example every two weeks")),
        ],
        widget=forms.RadioSelect,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    every_days = forms.IntegerField(
        label=_("Every how many days"),
        min_value=FEWEST_DAYS,
        max_value=MOST_DAYS,
        required=False,
        help_text=_("14 is every two weeks."),
    )
    first_day = forms.DateField(
        label=_("Counted from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day of the first reminder."),
    )
    at = forms.TimeField(
        label=_("Time of day"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By your own clock, also when it changes in spring and autumn."),
    )
    ends_with_trial = forms.BooleanField(
        label=_("Stop after the last day of my trial"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen kind needs, and for nothing else."""
        given = super().clean() or self.cleaned_data
        kind = given.get("kind")
        if kind == "weekdays" and not given.get("weekdays") and "weekdays" not in self.errors:
            self.add_error("weekdays", _("Choose one day of the week or more."))
        if kind == "every":
            if given.get("every_days") is None and "every_days" not in self.errors:
                self.add_error("every_days", _("Write a number of days, for example 14."))
            if given.get("first_day") is None and "first_day" not in self.errors:
                self.add_error("first_day", _("Choose the day of the first reminder."))
            if (given.get("first_day") or date.min) > timezone.now().date() + FARTHEST_AHEAD:
                self.add_error("first_day", _("That is more than a year ahead."))
        return given

    def schedule(self) -> Schedule:
        """Return what was chosen; only once the form is valid."""
        given = self.cleaned_data
        every = given["kind"] == "every"
        return Schedule(
            kind=given["kind"],
            at=given["at"].replace(second=0, microsecond=0),
            every_days=given["every_days"] if every else 1,
            first_day=given["first_day"] if every else None,
            weekdays=frozenset(given["weekdays"] if given["kind"] == "weekdays" else ()),
            ends_with_trial=given["ends_with_trial"],
        )


def initial_of(schedule: Schedule | None, today: date) -> dict[str, Any]:
    """Return what the form shows first: what was chosen, else every evening."""
    if schedule is None:
        return {"kind": "daily", "first_day": today}
    return {
        "kind": schedule.kind,
        "at": schedule.at,
        "every_days": schedule.every_days if schedule.kind == "every" else None,
        "first_day": schedule.first_day or today,
        "weekdays": sorted(schedule.weekdays),
        "ends_with_trial": schedule.ends_with_trial,
    }
