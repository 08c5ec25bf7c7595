"""What is typed about a plan, how it went, and what was decided about the next step."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lodose.errors import InputError
from lodose.regimen import (
    FORMULAS,
    Capsules,
    Liquid,
    Product,
    Report,
    Syringe,
    concentration,
    dose_ug,
    make_plan,
    plans,
    volume_ul,
)
from lodose.regimen.plan import DEFAULT
from lodose.server.records.regimen import OWN_PLAN, PlanWish, reader, refusal
from lodose.server.records.regimen_proposals import Verdict
from lodose.server.records.screening import Stop
from lodose.server.web.forms.treatment import AgreedForm, day_field

Made = TypeVar("Made")

FELT = (
    ("none", _("No side effects")),
    ("settled", _("There were some; they have gone or are no bother")),
    ("bothersome", _("They bother me")),
    ("too much", _("They are too much")),
)
YES_NO = (("yes", _("Yes")), ("no", _("No")))
_FIELDS = {"days": "step_days", "limit": "target"}


def text_field(label: Any, help_text: Any = "") -> forms.CharField:
    """A short text that may stay empty."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        label=label, widget=widget, help_text=help_text, max_length=80, required=False
    )


class PlanForm(AgreedForm):
    """A plan of steps and the product that it is taken with."""

    plan = forms.ChoiceField(label=_("Plan"), widget=forms.RadioSelect, initial=DEFAULT)
    start = text_field(_("First dose"), _("With its unit: 0.5 mg, or 500 micrograms."))
    step = text_field(_("More at each step"), _("With its unit. Empty if the first dose stays."))
    target = text_field(_("Last dose"), _("With its unit. It may stop earlier."))
    step_days = forms.IntegerField(
        label=_("Days at each step"), min_value=1, max_value=366, required=False, initial=14
    )
    product = forms.ChoiceField(
        label=_("What it is taken as"),
        choices=(
            ("none", _("Not known yet")),
            ("capsules", _("Capsules or tablets")),
            ("liquid", _("A liquid")),
        ),
        widget=forms.RadioSelect,
        initial="none",
    )
    capsules = text_field(
        _("Strengths of the capsules"),
        _("Each with its unit, separated by a semicolon: 0.5 mg; 1.5 mg"),
    )
    liquid = text_field(_("Strength of the liquid"), _("As on the label: 1 mg/mL"))
    syringe_holds = text_field(_("What the syringe holds"), _("In mL, for example 5 mL"))
    syringe_mark = text_field(
        _("From one mark of the syringe to the next"), _("In mL, for example 0.1 mL")
    )
    time_of_day = forms.ChoiceField(
        label=_("When it is taken"),
        choices=(("evening", _("Evening")), ("morning", _("Morning"))),
        widget=forms.RadioSelect,
        initial="evening",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.steps: tuple[tuple[int, int], ...] = ()
        self.made: Product | None = None
        plan = self.fields["plan"]
        if isinstance(plan, forms.ChoiceField):
            plan.choices = [(each, each) for each in (*plans(), OWN_PLAN)]

    def clean(self) -> dict[str, Any]:
        """Read the doses and the product; a unit that cannot be meant is asked back."""
        data = super().clean() or self.cleaned_data
        with reader():
            if data.get("plan") == OWN_PLAN:
                self._read_steps(data)
            if data.get("product") == "capsules":
                self.made = self._capsules(data)
            elif data.get("product") == "liquid":
                self.made = self._liquid(data)
        return data

    def _read(self, field: str, read: Callable[[], Made]) -> Made | None:
        """Return what was read, or put the question back beside the field."""
        try:
            return read()
        except InputError as error:
            name = _FIELDS.get(error.column or "", error.column or "")
            where = name if name in self.fields and name in {"start", "step", "target"} else field
            self.add_error(where, refusal(error))
            return None

    def _read_steps(self, data: dict[str, Any]) -> None:
        if not data.get("start"):
            self.add_error("start", _("Write the first dose with its unit."))
            return
        start = self._read("start", lambda: dose_ug(data["start"]))
        target = self._read("target", lambda: dose_ug(data["target"])) if data["target"] else start
        size = self._read("step", lambda: dose_ug(data["step"])) if data["step"] else 0
        if start is None or target is None or size is None:
            return
        days = data.get("step_days") or 0
        made = self._read(
            "start",
            lambda: make_plan(start_ug=start, step_ug=size, days=days, target_ug=target),
        )
        if made is not None:
            self.steps = tuple((each.dose_ug, each.days) for each in made.steps)

    def _capsules(self, data: dict[str, Any]) -> Product | None:
        typed = [each.strip() for each in data.get("capsules", "").split(";") if each.strip()]
        if not typed:
            self.add_error("capsules", _("Write one strength or more, each with its unit."))
            return None
        return self._read(
            "capsules", lambda: Capsules(tuple(dose_ug(each, what="capsules") for each in typed))
        )

    def _liquid(self, data: dict[str, Any]) -> Product | None:
        strength = self._read("liquid", lambda: concentration(data.get("liquid", "")))
        holds = self._read("syringe_holds", lambda: volume_ul(data.get("syringe_holds", "")))
        mark = self._read("syringe_mark", lambda: volume_ul(data.get("syringe_mark", "")))
        if strength is None or holds is None or mark is None:
            return None
        return self._read("syringe_mark", lambda: Liquid(strength, Syringe(holds, mark)))

    def wish(self) -> PlanWish:
        """What was typed, as the action takes it."""
        data = self.cleaned_data
        return PlanWish(
            plan=data["plan"],
            steps=self.steps,
            product=self.made,
            time_of_day=data["time_of_day"],
            agreed_with=data.get("agreed_with", ""),
            agreed_on=data.get("agreed_on"),
        )


class HowForm(forms.Form):
    """How it went since the last change of the dose."""

    side_effects = forms.ChoiceField(
        label=_("Side effects in the last days"), choices=FELT, widget=forms.RadioSelect
    )
    sleep = forms.ChoiceField(
        label=_("Does your sleep suffer, or do dreams bother you?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    missed_days = forms.IntegerField(
        label=_("Days in a row without a dose, up to today"),
        min_value=0,
        max_value=366,
        help_text=_("0 if you took it as planned."),
    )
    opioid = forms.ChoiceField(
        label=_("Did you take an opioid, or do you need one?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_(
            "A strong pain medicine, also in a cough syrup or against diarrhoea: codeine, "
            "tramadol, morphine, oxycodone, fentanyl, loperamide and others. If you are not sure, "
            "choose yes and ask."
        ),
    )
    surgery = day_field(
        _("Day of a planned operation"), required=False, help_text=_("Empty if none is planned.")
    )
    wants_to_stop = forms.BooleanField(label=_("I would like to stop"), required=False)

    def show(self, error: Any) -> None:
        """Put what an action refused beside its field."""
        for field, text in error.problems.items():
            self.add_error(field if field in self.fields else None, text)

    def report(self) -> Report:
        """What was typed, as the library takes it."""
        data = self.cleaned_data
        return Report(
            side_effects=data["side_effects"],
            sleep_suffers=data["sleep"] == "yes",
            missed_days=data["missed_days"],
            opioid=data["opioid"] == "yes",
            surgery=data["surgery"],
            wants_to_stop=data["wants_to_stop"],
        )


class VerdictForm(AgreedForm):
    """What the prescriber decided about a proposal."""

    answer = forms.ChoiceField(
        label=_("What was decided"),
        choices=(("yes", _("As proposed")), ("no", _("Not as proposed; nothing changes"))),
        widget=forms.RadioSelect,
    )
    from_day = day_field(_("From"), required=False, help_text=_("Empty: from today on."))
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        required=False,
        help_text=_("Needed where it is not as proposed."),
    )

    def __init__(self, *args: Any, stops: Sequence[Stop] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        if stops:
            self.fields["despite"] = forms.MultipleChoiceField(
                label=_("I know of this and decide all the same"),
                help_text=_("Each by itself. The reason stands under “Why” and is kept."),
                choices=[(each.rule, f"{each.about}: {'; '.join(each.because)}") for each in stops],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def verdict(self) -> Verdict:
        """What was typed, as the action takes it."""
        data = self.cleaned_data
        return Verdict(
            agreed=data["answer"] == "yes",
            from_day=data["from_day"],
            agreed_with=data.get("agreed_with", ""),
            agreed_on=data.get("agreed_on"),
            reason=data["reason"],
            despite=tuple(data.get("despite", ())),
            settled=bool(data.get("settled")),
        )


class SupplyForm(forms.Form):
    """For how many days, and when a liquid was made."""

    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=366)
    made = day_field(_("Day on which the liquid was made"), required=False)
    formula = forms.ChoiceField(label=_("Made as"), required=False)
    storage = forms.ChoiceField(
        label=_("Kept"),
        choices=(("fridge", _("In the fridge")), ("room", _("At room temperature"))),
        required=False,
    )

    def __init__(self, *args: Any, product: Product | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if not isinstance(product, Liquid):
            for name in ("made", "formula", "storage"):
                del self.fields[name]
            return
        from lodose.language import translate

        formula = self.fields["formula"]
        if isinstance(formula, forms.ChoiceField):
            with reader():
                known = [(key, translate(each.label)) for key, each in FORMULAS.items()]
            formula.choices = [("", _("Another way, or not known")), *known]
