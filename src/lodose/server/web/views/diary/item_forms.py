"""Forms of what stands in lists: a laboratory value, another medicine, an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lodose.server.records.entries import EntryError, spelt
from lodose.server.records.events import Happened, What
from lodose.server.records.items import LONGEST_REASON
from lodose.server.records.laboratory import (
    OTHER,
    LikelySlipError,
    Result,
    all_units,
    analytes,
)
from lodose.server.records.medicines import Taken, UnknownNameError
from lodose.server.records.models import Laboratory, LifeEvent, Medicine


class DayInput(forms.DateInput):
    """A day as the browser's own control."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ReasonForm(forms.Form):
    """Why something is removed."""

    reason = forms.CharField(label=_("Why do you remove it?"), max_length=LONGEST_REASON)


class ItemForm(forms.Form):
    """A form whose meaning is checked by the room; a correction says why."""

    def __init__(self, *args: Any, correcting: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if correcting:
            self.fields["reason"] = forms.CharField(
                label=_("Why do you change it?"), max_length=LONGEST_REASON
            )

    def add_problems(self, error: EntryError) -> None:
        """Show what the room found beside each field."""
        for name, text in error.problems.items():
            self.add_error(name if name in self.fields else None, text)


class LaboratoryForm(ItemForm):
    """A value as it stands on the laboratory's report."""

    day = forms.DateField(label=_("Day of the sample"), widget=DayInput())
    analyte = forms.ChoiceField(label=_("What was measured"))
    value = forms.CharField(
        label=_("Value"),
        max_length=20,
        help_text=_("As it stands there. Below detection: <5"),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("Unit"))
    upper_limit = forms.CharField(
        label=_("Upper limit of your laboratory"),
        max_length=20,
        required=False,
        help_text=_("The limit that stands beside the value, in the same unit."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    other_name = forms.CharField(label=_("If something else: what"), max_length=40, required=False)
    other_unit = forms.CharField(
        label=_("If something else: its unit"), max_length=20, required=False
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    as_typed = forms.BooleanField(
        label=_("It is as I typed it: the report says so."), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = [(each.id, gettext(each.label)) for each in analytes().values()]
        analyte, unit = self.fields["analyte"], self.fields["unit"]
        assert isinstance(analyte, forms.ChoiceField)  # noqa: S101  # for the type checker
        assert isinstance(unit, forms.ChoiceField)  # noqa: S101
        analyte.choices = [("", _("Choose")), *names, (OTHER, _("Something else"))]
        unit.choices = [
            ("", _("Choose")),
            *((each, each) for each in all_units()),
            (OTHER, _("Another unit, written below")),
        ]
        if not self.data.get("as_typed"):
            self.fields["as_typed"].widget = forms.HiddenInput()

    def add_problems(self, error: EntryError) -> None:
        """Show the problems; where a slip is likely, let the person insist."""
        super().add_problems(error)
        if isinstance(error, LikelySlipError):
            self.fields["as_typed"].widget = forms.CheckboxInput()

    def result(self) -> Result:
        """Return what was typed."""
        given = self.cleaned_data
        return Result(
            **{name: given[name] for name in Result.__dataclass_fields__ if name in given}
        )

    @staticmethod
    def typed(item: Laboratory) -> dict[str, Any]:
        """Return a stored value as it was typed."""
        known = analytes().get(item.analyte)
        is_listed = known is not None and item.unit in known.units
        value = spelt(item.value)
        return {
            "day": item.day,
            "analyte": item.analyte if is_listed else OTHER,
            "value": f"<{value}" if item.below_detection else value,
            "unit": item.unit if is_listed else OTHER,
            "upper_limit": "" if item.upper_limit is None else spelt(item.upper_limit),
            "other_name": "" if is_listed else item.analyte,
            "other_unit": "" if is_listed else item.unit,
            "note": item.note,
        }


class MedicineForm(ItemForm):
    """Another medicine."""

    name = forms.CharField(
        label=_("Name of the medicine"),
        max_length=120,
        help_text=_("As it stands on the pack, with the ingredient if you know it."),
    )
    opioid = forms.ChoiceField(
        label=_("Is it an opioid?"),
        required=False,
        choices=[("", _("I do not know")), ("yes", _("Yes")), ("no", _("No"))],
        help_text=_(
            "A strong pain medicine, some cough medicines, a substitution medicine, kratom. "
            "Your pharmacist can tell you."
        ),
    )
    dose = forms.CharField(label=_("Dose, and how often"), max_length=80, required=False)
    first_day = forms.DateField(label=_("First day"), required=False, widget=DayInput())
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput(),
        help_text=_("Leave it open as long as you take it."),
    )
    regular = forms.ChoiceField(
        label=_("If it is an opioid: was it taken day after day?"),
        required=False,
        choices=[("", _("Not answered")), ("yes", _("Yes")), ("no", _("No"))],
    )
    last_dose = forms.DateField(
        label=_("Only as needed: the day you took it last"),
        required=False,
        widget=DayInput(),
        help_text=_("Leave it open if you take it every day."),
    )
    disease_modifying = forms.BooleanField(
        label=_("It is meant to slow the illness itself (disease-modifying)"), required=False
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    as_typed = forms.BooleanField(
        label=_("It is the name on the pack. Keep it as not understood."), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.data.get("as_typed"):
            self.fields["as_typed"].widget = forms.HiddenInput()

    def add_problems(self, error: EntryError) -> None:
        """Show the problems; where a name is not known, let the person insist."""
        super().add_problems(error)
        if isinstance(error, UnknownNameError):
            self.fields["as_typed"].widget = forms.CheckboxInput()

    def taken(self) -> Taken:
        """Return what was typed."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in Taken.__dataclass_fields__
        }
        answers = {"yes": True, "no": False}
        opioid = answers.get(given.pop("opioid", ""))
        regular = answers.get(given.pop("regular", ""))
        return Taken(**given, opioid=opioid, regular=regular)

    @staticmethod
    def typed(item: Medicine) -> dict[str, Any]:
        """Return a stored medicine as it was typed."""
        return {
            "name": item.name,
            "opioid": _yes_or_no(item.opioid),
            "regular": _yes_or_no(item.regular),
            "dose": item.dose,
            "first_day": item.first_day,
            "last_day": item.last_day,
            "last_dose": item.last_dose,
            "disease_modifying": item.disease_modifying,
            "note": item.note,
        }


def _yes_or_no(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


class EventForm(ItemForm):
    """Something that happened."""

    what = forms.ChoiceField(label=_("What happened"), choices=What.choices)
    day = forms.DateField(label=_("First day"), widget=DayInput())
    days = forms.IntegerField(
        label=_("How many days it lasted"), initial=1, min_value=1, max_value=365
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def happened(self) -> Happened:
        """Return what was typed."""
        given = self.cleaned_data
        return Happened(given["day"], given["what"], given["days"], given["note"])

    @staticmethod
    def typed(item: LifeEvent) -> dict[str, Any]:
        """Return a stored event as it was typed."""
        return {"what": item.what, "day": item.day, "days": item.days, "note": item.note}
