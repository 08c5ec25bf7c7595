"""What is typed about doses and periods; what it means is checked by the actions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lodose.server.records.entries import EntryError
from lodose.server.records.schedules import Wish
from lodose.server.records.treatment import Decision, read_micrograms

KINDS = {
    "start": _("Start"),
    "step": _("Change the dose"),
    "pause": _("Pause"),
    "restart": _("Start again after the pause"),
}
DESIGNS = (
    ("randomised-open", _("Drawn by chance within each pair (tells more)")),
    ("open-on-off", _("On and off in a set order")),
)
# Pairs, days of a period. docs/validity.md tells how often each finds what.
LENGTHS = {
    "4x14": (4, 14),
    "6x14": (6, 14),
    "3x28": (3, 28),
    "2x42": (2, 42),
    "6x7": (6, 7),
}


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen with the device's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def number_field(label: Any, **options: Any) -> forms.CharField:
    """A number as people type it; its meaning is checked exactly, never as a float."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(label=label, widget=widget, max_length=20, **options)


class AgreedForm(forms.Form):
    """A form about a decision: who made it, and the problems an action finds.

    A prescriber's own account is signature enough: ``by_prescriber`` leaves out both fields.
    ``has_open`` asks whether what screening left open is settled.
    """

    def __init__(
        self, *args: Any, by_prescriber: bool = False, has_open: bool = False, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.asks_back = 0
        if has_open:
            self.fields["settled"] = forms.BooleanField(
                label=_("I settled the open questions with my prescriber"), required=False
            )
        if not by_prescriber:
            self.fields["agreed_with"] = forms.CharField(
                label=_("Agreed with"),
                max_length=120,
                help_text=_("The prescriber who decided this with you."),
            )
            self.fields["agreed_on"] = day_field(_("Agreed on"))

    @property
    def confirmed(self) -> int | None:
        """The dose that was confirmed after asking back, in micrograms."""
        given = self.data.get("confirm", "")
        return int(given) if given.isdigit() and len(given) < 10 else None

    def clean_dose_mg(self) -> int:
        """Milligrams as micrograms; 0 where nothing was typed."""
        text = self.cleaned_data["dose_mg"]
        return _micrograms(text) if text else 0

    def show(self, error: EntryError) -> None:
        """Put what an action refused beside its field."""
        for field, text in error.problems.items():
            name = field
            if name == "confirm":
                self.asks_back = self.cleaned_data.get("dose_mg", 0)
                name = "dose_mg"
            self.add_error(name if name in self.fields else None, text)


class DoseForm(AgreedForm):
    """A change of the dose from a day on."""

    kind = forms.ChoiceField(label=_("What changes"), widget=forms.RadioSelect)
    from_day = day_field(_("From"))
    dose_mg = number_field(
        _("Dose a day, in mg"),
        required=False,
        help_text=_("As your prescriber wrote it, for example 4.5. Empty for a pause."),
    )
    strength = number_field(
        _("Strength of the liquid, in mg per mL"),
        required=False,
        help_text=_("Only for a liquid: it stands on the label. The dose is then shown in mL too."),
    )
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, kinds: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(kind, KINDS[kind]) for kind in kinds if kind in KINDS]
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = choices
            kind.initial = choices[0][0] if len(choices) == 1 else None

    def clean_strength(self) -> int | None:
        """Milligrams in a millilitre, as micrograms."""
        text = self.cleaned_data["strength"]
        return _micrograms(text) or None if text else None

    def decision(self) -> Decision:
        """What was typed, as the action takes it."""
        data = self.cleaned_data
        return Decision(
            kind=data["kind"],
            from_day=data["from_day"],
            dose_micrograms=data["dose_mg"],
            micrograms_per_millilitre=data["strength"],
            agreed_with=data.get("agreed_with", ""),
            agreed_on=data.get("agreed_on"),
            reason=data["reason"],
            confirmed_micrograms=self.confirmed,
            despite=tuple(data.get("despite", ())),
            settled=bool(data.get("settled")),
        )


class ScheduleForm(AgreedForm):
    """An open schedule of periods."""

    design = forms.ChoiceField(
        label=_("Order of the periods"),
        choices=DESIGNS,
        widget=forms.RadioSelect,
        initial="randomised-open",
    )
    length = forms.ChoiceField(label=_("How long"), widget=forms.RadioSelect, initial="4x14")
    first_day = day_field(_("First day"))
    dose_mg = number_field(
        _("Dose in the periods with it, in mg a day"),
        help_text=_("A dose that you have reached and stand well."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        length = self.fields["length"]
        if isinstance(length, forms.ChoiceField):
            length.choices = [(key, length_words(*value)) for key, value in LENGTHS.items()]

    def wish(self) -> Wish:
        """What was typed, as the action takes it."""
        data = self.cleaned_data
        pairs, days = LENGTHS[data["length"]]
        return Wish(
            design=data["design"],
            pairs=pairs,
            days=days,
            first_day=data["first_day"],
            dose_micrograms=data["dose_mg"],
            agreed_with=data.get("agreed_with", ""),
            agreed_on=data.get("agreed_on"),
            confirmed_micrograms=self.confirmed,
            settled=bool(data.get("settled")),
        )


def length_words(pairs: int, days: int) -> Any:
    """A length in words: ``4 times 14 days with and 14 days without: 112 days``."""
    return _("%(pairs)d times %(days)d days with and %(days)d days without: %(total)d days") % {
        "pairs": pairs,
        "days": days,
        "total": 2 * pairs * days,
    }


class StopForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


class GuessForm(forms.Form):
    """What the person thinks a sealed period was. Its values name no arm."""

    period = forms.IntegerField(widget=forms.HiddenInput)
    guess = forms.ChoiceField(
        label=_("Do you think that these capsules held the treatment?"),
        choices=(("yes", _("Yes")), ("no", _("No")), ("unsure", _("I cannot say"))),
        widget=forms.RadioSelect,
    )
    confidence = forms.ChoiceField(
        label=_("How sure are you?"),
        choices=(
            ("", _("not said")),
            ("0.5", _("a mere guess (50 in 100)")),
            ("0.65", _("a little (65 in 100)")),
            ("0.8", _("fairly (80 in 100)")),
            ("0.95", _("very (95 in 100)")),
        ),
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("What makes you think so?"),
        choices=(
            ("", _("not said")),
            ("benefit", _("how well I felt")),
            ("side effects", _("something unwanted that I noticed")),
            ("other", _("something else")),
        ),
        required=False,
    )


def _micrograms(text: str) -> int:
    try:
        return read_micrograms(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from None


def tomorrow(today: date) -> str:
    """The day after, as a date field takes it."""
    return date.fromordinal(today.toordinal() + 1).isoformat()
