"""The card for the wallet: what an emergency team has to know."""

from decimal import Decimal

from django.utils.translation import get_language

from lodose.errors import InputError
from lodose.language import nearest, speaking
from lodose.screening.card import card_bytes, dose_text
from lodose.server.records.clock import today_of
from lodose.server.records.entries import spelt
from lodose.server.records.models import Person
from lodose.server.records.schedules import is_sealed, latest_trial
from lodose.server.records.treatment import TAKEN, current_step


def card_of(person: Person) -> bytes:
    """Return the card as a PDF; the dose is left to the hand where it is sealed or not low."""
    trial = latest_trial(person)
    held = trial is not None and (trial.status == trial.Status.RUNNING or is_sealed(trial))
    step = None if held else current_step(person, today_of(person))
    dose, prescriber = None, ""
    if step is not None and step.kind in TAKEN:
        dose = f"{spelt(Decimal(step.dose_micrograms) / 1000)} mg"
        name = step.decided_by.shown_name if step.decided_by is not None else ""
        prescriber = name or step.agreed_with
    with speaking(nearest(get_language() or "en")):
        try:
            dose_text(dose)
        except InputError:  # not one of the low doses: better no figure than a wrong reading
            dose = None
        return card_bytes(dose=dose, prescriber=prescriber)
