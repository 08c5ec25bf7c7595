"""Questions of the check-in in the reader's language."""

from django import template

from lodose.server.records.models import Outcome
from lodose.server.records.question_words import QuestionWords, words_of

register = template.Library()


@register.filter
def in_words(outcome: Outcome) -> QuestionWords:
    """Label, question and ends: ``{{ outcome|in_words }}`` has them as attributes."""
    return words_of(outcome)


@register.filter
def label_of(outcome: Outcome) -> str:
    """What the question is called."""
    return words_of(outcome).label
