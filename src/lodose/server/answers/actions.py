"""How a person wants their answer opened."""

from django.db import transaction

from lodose.server.audit.chain import record
from lodose.server.records.models import Person
from lodose.server.records.problems import DecisionError

CHOICES = ("now", "with-doctor")


def choose_opening(person: Person, choice: str) -> None:
    """Keep whether the answer is opened now or with the doctor; it can be changed.

    Raises
    ------
    DecisionError
        If there is no such choice.
    """
    if choice not in CHOICES:
        raise DecisionError({"choice": f"'{choice[:20]}' is not one of {', '.join(CHOICES)}."})
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(answer_choice=choice)
        record(person.chain_id, "answer-opening-chosen", {"choice": choice})
    person.answer_choice = choice
