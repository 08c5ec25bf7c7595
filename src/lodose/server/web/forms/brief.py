"""What a person writes for the brief."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lodose.server.records.brief import (
    LONGEST,
    LONGEST_NAME,
    MOST_QUESTIONS,
    Written,
    conditions,
)
from lodose.server.records.entries import EntryError


class BriefForm(forms.Form):
    """Illness, name, why, what was tried, own questions."""

    field_order = ("condition", "shown_name", "why", "tried", "questions")
    shown_name = forms.CharField(
        label=_("Name on the page"),
        help_text=_("As your prescriber knows you. It may stay empty."),
        required=False,
        max_length=LONGEST_NAME,
    )
    why = forms.CharField(
        label=_("Why do you ask for it?"),
        help_text=_("What troubles you most, since when, and what you wish to do again."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    tried = forms.CharField(
        label=_("What have you tried?"),
        help_text=_("Medicines and other things, how long, and why you stopped."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    questions = forms.CharField(
        label=_("Your own questions"),
        help_text=_("One on each line. What the safety check leaves open is added by itself."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, written: Written | None = None, **options: Any) -> None:
        if written is not None:
            options["initial"] = {
                "condition": written.condition,
                "shown_name": written.shown_name,
                "why": written.why,
                "tried": written.tried,
                "questions": "\n".join(written.questions),
            }
        super().__init__(*args, **options)
        # Here, and not above: the names are in the language of whoever reads.
        self.fields["condition"] = forms.ChoiceField(
            label=_("For which illness?"),
            required=False,
            choices=[("", _("Another one, or none of these")), *conditions()],
        )
        self.order_fields(self.field_order)

    def clean_questions(self) -> str:
        """Refuse more questions than a visit can settle."""
        text: str = self.cleaned_data["questions"]
        if len(_lines(text)) > MOST_QUESTIONS:
            raise forms.ValidationError(
                _("Write at most %(most)d questions."), params={"most": MOST_QUESTIONS}
            )
        return text

    def written(self) -> Written:
        """Return what was written, as the room keeps it."""
        given = self.cleaned_data
        return Written(
            condition=given["condition"],
            shown_name=given["shown_name"],
            why=given["why"],
            tried=given["tried"],
            questions=_lines(given["questions"]),
        )

    def show(self, error: EntryError) -> None:
        """Show what the room found beside each field."""
        for name, text in error.problems.items():
            self.add_error(name if name in self.fields else None, text)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
