"""Where somebody lives by the clock, what they hope for, and what is asked every day."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from lodose.server.records.entries import EntryError
from lodose.server.records.models import Outcome
from lodose.server.records.outcomes import MOST_QUESTIONS, READY, Choice, own_choice

_AREAS = (
    *("Africa", "America", "Asia", "Atlantic", "Australia", "Europe"),
    *("Indian", "Pacific"),
)
OWN = "own"
LARGEST_CHANGE = Decimal(10) ** 8  # what the record can hold; the question's range is narrower


@cache
def time_zones() -> tuple[tuple[str, str], ...]:
    """Names of time zones, as a choice."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS)
    shown = [(name, name.replace("_", " ").replace("/", " / ")) for name in names]
    return (("UTC", "UTC"), *shown)


class QuestionsForm(forms.Form):
    """The questions of the daily check-in, the main one, and the change that matters.

    Parameters
    ----------
    known : sequence of Outcome
        Questions of the person that are not among the ready ones; they can be kept or left out.
    """

    outcomes = forms.MultipleChoiceField(
        label=_("What should the check-in ask every day?"),
        help_text=_("1 to 5. Few questions are kept up more easily; each is a tap from 0 to 10."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one question.")},
    )
    own_label = forms.CharField(label=_("Your own question"), max_length=80, required=False)
    own_low = forms.CharField(label=_("0 means"), max_length=40, required=False)
    own_high = forms.CharField(label=_("10 means"), max_length=40, required=False)
    own_better = forms.ChoiceField(
        label=_("Which end is better?"),
        choices=(("lower", _("0 is better")), ("higher", _("10 is better"))),
        required=False,
        widget=forms.RadioSelect,
    )
    primary = forms.ChoiceField(
        label=_("Which one is the main question?"),
        help_text=_("It alone carries the answer; the others stand beside it."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the main question.")},
    )
    mcid = forms.CharField(
        label=_("The smallest change that would be worth a daily capsule to you"),
        help_text=_(
            "In points from 0 to 10 of the main question. Left empty: 1 point. For pain that is "
            "the smallest change that mattered to 825 people with long-lasting pain of muscles "
            "and joints (PMID 15207508); for the others a tenth of the range."
        ),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, known: Sequence[Outcome] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        kept = {each.name: each for each in known}
        self.by_name: dict[str, Choice] = {each.name: each for each in READY}
        for each in kept.values():
            if each.name not in self.by_name:
                self.by_name[each.name] = Choice(
                    each.name,
                    each.label,
                    each.question,
                    each.low_label,
                    each.high_label,
                    each.better,
                    each.instrument,
                )
        choices = [(name, choice.label) for name, choice in self.by_name.items()]
        for name in ("outcomes", "primary"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [*choices, (OWN, _("A question of your own"))]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Every question that may be ticked, with whether it is."""
        ticked = self["outcomes"].value() or []
        choices = [(name, choice.label) for name, choice in self.by_name.items()]
        return [
            {"name": name, "label": label, "checked": name in ticked, "own": name == OWN}
            for name, label in [*choices, (OWN, "")]
        ]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What an own question needs."""
        return [self[name] for name in ("own_label", "own_low", "own_high", "own_better")]

    def clean_mcid(self) -> Decimal | None:
        """The smallest change that matters, exactly; None: the usual one."""
        text = self.cleaned_data["mcid"].strip().replace(",", ".")
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("Write a number, for example 1 or 1.5.")) from None
        if not value.is_finite() or not 0 < value < LARGEST_CHANGE:
            raise forms.ValidationError(_("Write a number above 0."))
        if value != round(value, 4):
            raise forms.ValidationError(_("Four decimal places are enough."))
        return value

    def clean(self) -> dict[str, Any]:
        """An own question needs its words; the main question must be among those asked."""
        data = super().clean() or self.cleaned_data
        chosen = data.get("outcomes", [])
        if OWN in chosen:
            for name in ("own_label", "own_low", "own_high", "own_better"):
                if not data.get(name):
                    self.add_error(name, _("Your own question needs this."))
        if len(chosen) > MOST_QUESTIONS:
            self.add_error("outcomes", _("Choose 5 questions or fewer."))
        if chosen and data.get("primary") and data["primary"] not in chosen:
            self.add_error("primary", _("Choose one of the questions that you ask every day."))
        return data

    def chosen(self) -> tuple[list[Choice], str]:
        """The questions in order, and the name of the main one."""
        data = self.cleaned_data
        choices = [self.by_name[name] for name in data["outcomes"] if name != OWN]
        primary = data["primary"]
        if OWN in data["outcomes"]:
            words = [data[name] for name in ("own_label", "own_low", "own_high", "own_better")]
            own = own_choice(*words, besides=self.by_name)
            choices.append(own)
            primary = own.name if primary == OWN else primary
        return choices, primary

    def show(self, error: EntryError) -> None:
        """Put what an action refused beside its field."""
        for name, text in error.problems.items():
            self.add_error(name if name in self.fields else None, text)


class StartForm(QuestionsForm):
    """The first visit: the clock and the hopes as well."""

    time_zone = forms.ChoiceField(
        label=_("Your time zone"), help_text=_("So that a day begins at your midnight.")
    )
    hopes = forms.CharField(
        label=_("What do you hope for?"),
        help_text=_(
            "In your own words: what would be different if it worked? You and your "
            "doctor read it; it decides nothing."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    field_order = ("time_zone", "hopes")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zone = self.fields["time_zone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = time_zones()
        zone.widget.attrs["data-suggest-zone"] = ""
