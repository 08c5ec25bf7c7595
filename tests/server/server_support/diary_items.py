"""One laboratory value, one medicine, one event and one decision about the dose."""

import datetime as dt

from lodose.server.records.clock import today_of
from lodose.server.records.events import Happened, add_event_of_life
from lodose.server.records.laboratory import Result, add_result
from lodose.server.records.medicines import Taken, add_medicine
from lodose.server.records.models import Person
from lodose.server.records.treatment import Decision, decide_dose


def add_one_of_each(person: Person) -> None:
    """Add them as of yesterday."""
    yesterday = today_of(person) - dt.timedelta(days=1)
    add_result(person, Result(yesterday, "crp", "4.5", "mg/L", upper_limit="5"))
    add_medicine(person, Taken("ibuprofen", "400 mg", first_day=yesterday))
    add_event_of_life(person, Happened(yesterday, "infection", 3, "a cold"))
    decide_dose(
        person,
        Decision(
            "start",
            yesterday,
            dose_micrograms=4500,
            micrograms_per_millilitre=1000,
            agreed_with="Practice",
            settled=True,
            agreed_on=yesterday,
        ),
    )
