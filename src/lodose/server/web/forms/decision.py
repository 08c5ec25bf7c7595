"""A prescriber's decision about the dose."""

from collections.abc import Sequence
from typing import Any

from django.forms import CheckboxSelectMultiple, ChoiceField, MultipleChoiceField
from django.utils.translation import gettext_lazy as _

from lodose.server.records.screening import Stop
from lodose.server.web.forms.treatment import KINDS, DoseForm


class DecisionForm(DoseForm):
    """As the person's own form, with a stop among the choices and no "agreed with"."""

    def __init__(
        self, *args: Any, kinds: tuple[str, ...], stops: Sequence[Stop] = (), **options: Any
    ) -> None:
        super().__init__(*args, kinds=kinds, **options)
        if stops:
            self.fields["despite"] = MultipleChoiceField(
                label=_("I know of this and decide all the same"),
                help_text=_("Each by itself. The reason stands under “Why” and is kept."),
                choices=[(each.rule, f"{each.about}: {'; '.join(each.because)}") for each in stops],
                widget=CheckboxSelectMultiple,
                required=False,
            )
        self.fields["dose_mg"].help_text = _("In mg, for example 4.5. Empty for a pause or a stop.")
        kind = self.fields["kind"]
        if "stop" in kinds and isinstance(kind, ChoiceField):
            kind.choices = [(each, KINDS[each]) for each in kinds if each in KINDS] + [
                ("stop", _("Stop"))
            ]
            kind.initial = None
