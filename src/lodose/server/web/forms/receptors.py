"""What a prescriber asks of the model."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lodose.errors import InputError
from lodose.pharmacology import amount_ug
from lodose.server.answers.receptors import (
    LATEST_SURGERY,
    LIVERS,
    LONGEST_DAYS,
    Asked,
    Wish,
    asked_of,
    asked_of_log,
)
from lodose.server.records.dose_log import DiaryDoses
from lodose.server.records.entries import EntryError

DIARY, TYPED = "diary", "typed"
_LIVER_WORDS = dict(
    zip(
        LIVERS,
        (_("Healthy"), _("Cirrhosis, compensated"), _("Cirrhosis, decompensated")),
        strict=True,
    )
)


class ReceptorsForm(forms.Form):
    """A dose, when and for how long; what was missed; the liver; an operation.

    After `is_valid` the attribute ``asked`` is what the model is asked about.
    """

    source = forms.ChoiceField(
        label=_("Which doses"),
        choices=((DIARY, _("As in the diary")), (TYPED, _("As typed here"))),
        widget=forms.RadioSelect,
    )
    dose = forms.CharField(
        label=_("Dose"),
        help_text=_("With its unit: 4.5 mg, or 500 micrograms."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    at = forms.TimeField(
        label=_("Taken at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    days = forms.IntegerField(
        label=_("Days since the start"),
        widget=forms.NumberInput(attrs={"min": 1, "max": LONGEST_DAYS}),
    )
    missed = forms.CharField(
        label=_("Days missed"),
        help_text=_("Counted from the start: 5, 6"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    liver = forms.ChoiceField(label=_("Liver"), choices=tuple(_LIVER_WORDS.items()))
    surgery_days = forms.IntegerField(
        label=_("Operation, days after the last dose"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "max": LATEST_SURGERY}),
    )
    confirmed = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, diary: DiaryDoses | None = None) -> None:
        super().__init__(data)
        self.diary = diary
        self.asked: Asked | None = None
        self.asks_about_ug: int | None = None
        if diary is None:
            del self.fields["source"]

    @property
    def from_diary(self) -> bool:
        """Whether the diary's own doses are asked about."""
        return self.diary is not None and self.cleaned_data.get("source") == DIARY

    def clean_dose(self) -> int:
        """Read the dose with its unit; a number alone is asked back."""
        text: str = self.cleaned_data["dose"]
        try:
            return amount_ug(text)
        except InputError:
            raise forms.ValidationError(
                _now("“%(value)s” is no dose with a unit that is known. Write 4.5 mg, or 500 mcg."),
                params={"value": text},
            ) from None

    def clean_missed(self) -> tuple[int, ...]:
        """Read the days that were missed."""
        text: str = self.cleaned_data["missed"]
        try:
            return tuple(int(each) for each in text.replace(";", ",").split(",") if each.strip())
        except ValueError:
            raise forms.ValidationError(
                _now("“%(value)s” is no list of days. Write 5, 6"), params={"value": text}
            ) from None

    def clean(self) -> dict[str, Any]:
        """Put what was typed together as a question to the model."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        try:
            self.asked = self._asked(data)
        except EntryError as error:
            self._show(error, data)
        return data

    def _asked(self, data: dict[str, Any]) -> Asked:
        if self.diary is not None and data.get("source") == DIARY:
            return asked_of_log(
                self.diary.history,
                self.diary.last_ug,
                liver=data["liver"],
                surgery_days=data["surgery_days"],
            )
        return asked_of(
            Wish(
                dose_ug=data["dose"],
                at=data["at"],
                days=data["days"],
                missed=data["missed"],
                liver=data["liver"],
                surgery_days=data["surgery_days"],
                confirmed_ug=data["confirmed"],
            )
        )

    def _show(self, error: EntryError, data: dict[str, Any]) -> None:
        for name, text in error.problems.items():
            if name == "confirm":
                self.asks_about_ug = data["dose"]
            field = "dose" if name == "confirm" else name
            self.add_error(field if field in self.fields else None, text)
