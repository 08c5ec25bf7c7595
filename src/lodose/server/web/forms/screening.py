"""What is asked before the first dose, in short parts; each answer may stay open."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lodose.server.records.entries import EntryError
from lodose.server.records.screening_answers import (
    MOST_PLANNED,
    PLANNED,
    PREGNANCIES,
    PRODUCTS,
    Told,
)

_OPEN = ("", _("Not answered"))


class PartForm(forms.Form):
    """A part of the questions; what is wrong is shown beside its field."""

    part = ""

    def told(self, before: Told) -> Told:
        """Return what was told before, with the answers of this part."""
        raise NotImplementedError

    def add_problems(self, error: EntryError) -> None:
        """Show what the room found beside each field."""
        for name, text in error.problems.items():
            self.add_error(name if name in self.fields else None, text)


class AboutForm(PartForm):
    """Age, pregnancy, alcohol."""

    part = "about"
    birth_year = forms.IntegerField(
        label=_("In which year were you born?"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-year"}),
    )
    pregnancy = forms.ChoiceField(
        label=_("Are you pregnant, planning a pregnancy, or breastfeeding?"),
        choices=[_OPEN, *PREGNANCIES.items()],
        required=False,
    )
    alcohol = forms.ChoiceField(
        label=_("Do you drink alcohol?"),
        choices=[_OPEN, ("yes", _("Yes")), ("no", _("No"))],
        required=False,
    )

    def told(self, before: Told) -> Told:
        """Return what was told before, with the answers of this part."""
        given = self.cleaned_data
        return replace(
            before,
            birth_year=given["birth_year"],
            pregnancy=given["pregnancy"],
            alcohol={"yes": True, "no": False}.get(given["alcohol"]),
        )

    @staticmethod
    def typed(told: Told) -> dict[str, Any]:
        """Return what was told as it was typed."""
        alcohol = "" if told.alcohol is None else "yes" if told.alcohol else "no"
        return {"birth_year": told.birth_year, "pregnancy": told.pregnancy, "alcohol": alcohol}


def _lines(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _none(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class HealthForm(PartForm):
    """Illnesses, allergies, natural products: one in a line, or none."""

    part = "health"
    conditions = _lines(
        _("Which illnesses do you have or had?"),
        _(
            "One in a line. Name above all: liver, kidney, thyroid, depression, thoughts of "
            "suicide, a transplant, dependence on opioids."
        ),
    )
    conditions_none = _none(_("No illness at all"))
    allergies = _lines(
        _("Are you allergic to any medicine or filler?"), _("One in a line, such as lactose.")
    )
    allergies_none = _none(_("No allergy"))
    natural_products = _lines(
        _("Do you take kratom, 7-OH or any natural pain product?"),
        _("One in a line, by its name on the pack, also teas and drops."),
    )
    natural_products_none = _none(_("No natural product"))

    def clean(self) -> dict[str, Any]:
        """Refuse "none" beside something."""
        given = super().clean() or self.cleaned_data
        for name in ("conditions", "allergies", "natural_products"):
            if given.get(name, "").strip() and given.get(f"{name}_none"):
                self.add_error(name, _now("You wrote something and ticked that there is none."))
        return given

    def told(self, before: Told) -> Told:
        """Return what was told before, with the answers of this part."""
        return replace(
            before,
            conditions=self._said("conditions"),
            allergies=self._said("allergies"),
            natural_products=self._said("natural_products"),
        )

    def _said(self, name: str) -> tuple[str, ...] | None:
        lines = (" ".join(line.split()) for line in self.cleaned_data[name].splitlines())
        said = tuple(dict.fromkeys(line for line in lines if line))
        return () if self.cleaned_data[f"{name}_none"] else said or None

    @staticmethod
    def typed(told: Told) -> dict[str, Any]:
        """Return what was told as it was typed."""
        typed: dict[str, Any] = {}
        for name in ("conditions", "allergies", "natural_products"):
            said = getattr(told, name)
            typed[name] = "\n".join(said or ())
            typed[f"{name}_none"] = said == ()
        return typed


class AheadForm(PartForm):
    """What is planned, and how the medicine is made."""

    part = "ahead"
    planned_none = _none(_("Nothing is planned"))
    products = forms.MultipleChoiceField(
        label=_("How is the medicine made that you have or were offered?"),
        choices=list(PRODUCTS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = (options.get("initial") or {}).get("planned_rows", 0)
        self.rows = min(max(2, known + 1), MOST_PLANNED)
        for row in range(self.rows):
            self.fields[f"kind_{row}"] = forms.ChoiceField(
                label=_("What is planned"),
                choices=[("", _("Choose")), *PLANNED.items()],
                required=False,
            )
            self.fields[f"on_{row}"] = forms.DateField(
                label=_("When, if the day is known"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        self.order_fields(
            [
                *(f"{name}_{row}" for row in range(self.rows) for name in ("kind", "on")),
                "planned_none",
                "products",
            ]
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a day without what it is of, and "nothing" beside something."""
        given = super().clean() or self.cleaned_data
        for row in range(self.rows):
            if given.get(f"on_{row}") and not given.get(f"kind_{row}"):
                self.add_error(f"kind_{row}", _now("Choose what is planned for that day."))
        if given.get("planned_none") and self._planned():
            self.add_error("planned_none", _now("You wrote something and ticked that it is none."))
        return given

    def _planned(self) -> tuple[tuple[str, date | None], ...]:
        given = self.cleaned_data
        return tuple(
            (given[f"kind_{row}"], given.get(f"on_{row}"))
            for row in range(self.rows)
            if given.get(f"kind_{row}")
        )

    def add_problems(self, error: EntryError) -> None:
        """Show what the room found; what is wrong about a day beside the first row."""
        problems = {
            "kind_0" if name == "planned" else name: text for name, text in error.problems.items()
        }
        super().add_problems(EntryError(problems))

    def told(self, before: Told) -> Told:
        """Return what was told before, with the answers of this part."""
        planned = () if self.cleaned_data["planned_none"] else self._planned() or None
        return replace(before, planned=planned, products=tuple(self.cleaned_data["products"]))

    @staticmethod
    def typed(told: Told) -> dict[str, Any]:
        """Return what was told as it was typed."""
        typed: dict[str, Any] = {
            "planned_none": told.planned == (),
            "products": list(told.products),
            "planned_rows": len(told.planned or ()),
        }
        for row, (kind, day) in enumerate(told.planned or ()):
            typed |= {f"kind_{row}": kind, f"on_{row}": day}
        return typed


class ListsForm(PartForm):
    """Whether the lists of medicines and laboratory values are whole."""

    part = "lists"
    medicines_whole = _none(
        _("This list is whole: I take nothing else, and took nothing else lately")
    )
    laboratory_whole = _none(_("There are no other blood tests of liver and kidney"))

    def told(self, before: Told) -> Told:
        """Return what was told before, with the answers of this part."""
        given = self.cleaned_data
        return replace(
            before,
            medicines_whole=given["medicines_whole"],
            laboratory_whole=given["laboratory_whole"],
        )

    @staticmethod
    def typed(told: Told) -> dict[str, Any]:
        """Return what was told as it was typed."""
        return {
            "medicines_whole": told.medicines_whole,
            "laboratory_whole": told.laboratory_whole,
        }


PARTS = (ListsForm, HealthForm, AheadForm, AboutForm)


class OverrideForm(forms.Form):
    """A prescriber's decision against one contraindication."""

    rule = forms.CharField(max_length=80, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why you decide otherwise"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In a sentence. It is kept with your name and the day; the person reads it."),
    )
