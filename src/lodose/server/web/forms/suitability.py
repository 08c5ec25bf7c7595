"""The five points, as somebody ticks them."""

from typing import Any

from django import forms

from lodose.language import translate
from lodose.server.records.regimen import reader
from lodose.server.records.suitability import Confirming
from lodose.server.web.forms.treatment import AgreedForm
from lodose.trial.suitability import POINTS


class SuitabilityForm(AgreedForm):
    """Every point by itself: none is ticked beforehand."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        with reader():
            points = {
                name: forms.BooleanField(
                    label=translate(each.says), help_text=translate(each.reason), required=False
                )
                for name, each in POINTS.items()
            }
        self.fields = points | self.fields  # the points come first

    def confirming(self) -> Confirming:
        """What was ticked, as the action takes it."""
        data = self.cleaned_data
        return Confirming(
            points=tuple(name for name in POINTS if data.get(name)),
            agreed_with=data.get("agreed_with", ""),
            agreed_on=data.get("agreed_on"),
        )
