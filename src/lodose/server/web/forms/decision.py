"""A prescriber's decision about the dose."""

from typing import Any

from django.forms import BooleanField, ChoiceField
from django.utils.translation import gettext_lazy as _

from lodose.server.web.forms.treatment import KINDS, DoseForm


class DecisionForm(DoseForm):
    """As the person's own form, with a stop among the choices and no "agreed with"."""

    def __init__(
        self, *args: Any, kinds: tuple[str, ...], opioids: tuple[str, ...] = (), **options: Any
    ) -> None:
        super().__init__(*args, kinds=kinds, **options)
        if opioids:
            self.fields["despite_opioid"] = BooleanField(
                label=_(
                    "I know that an opioid is reported and decide this all the same. The reason "
                    "stands under “Why”."
                ),
                required=False,
            )
        self.fields["dose_mg"].help_text = _("In mg, for example 4.5. Empty for a pause or a stop.")
        kind = self.fields["kind"]
        if "stop" in kinds and isinstance(kind, ChoiceField):
            kind.choices = [(each, KINDS[each]) for each in kinds if each in KINDS] + [
                ("stop", _("Stop"))
            ]
            kind.initial = None
