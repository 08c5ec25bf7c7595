"""The two looks that every check-in takes, as statements put together once.

Django puts a query together anew each time, which takes longer than running it. Tables, columns
and values are still the models' own; whatever is found is read again through the models.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from lodose.server.prepared import stored
from lodose.server.records.models import (
    CheckIn,
    CheckInVersion,
    Outcome,
    Person,
    Trial,
    TrialPeriod,
)

_OUTCOME_COLUMNS = ("id", "name", "label", "minimum", "maximum", "step")
_TABLES = {
    "outcome": Outcome._meta.db_table,
    "period": TrialPeriod._meta.db_table,
    "trial": Trial._meta.db_table,
    "check_in": CheckIn._meta.db_table,
    "version": CheckInVersion._meta.db_table,
}
_ASKED = """
SELECT o.id, o.name, o.label, o.minimum, o.maximum, o.step, EXISTS (
  SELECT 1 FROM {period} p JOIN {trial} t ON t.id = p.trial_id
  WHERE t.person_id = o.person_id AND p.first_day <= %s AND p.last_day >= %s)
FROM {outcome} o WHERE o.person_id = %s AND o.archived_at IS NULL ORDER BY o.position, o.id
""".format(**_TABLES)  # noqa: S608
_KNOWN = """
SELECT 1 FROM {check_in} WHERE person_id = %s AND day = %s
UNION ALL SELECT 1 FROM {version} WHERE entry_id = %s
""".format(**_TABLES)  # noqa: S608


def asked_on(person: Person, day: date) -> tuple[tuple[Outcome, ...], bool]:
    """Return the questions of a person, and whether any period of a trial may hold the day.

    Where no question is asked the second is true: nobody looked.
    """
    stored_day = stored(CheckIn, "day", day)
    stored_person = stored(CheckIn, "person", person.pk)
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [stored_day, stored_day, stored_person])
        rows = cursor.fetchall()
    outcomes = tuple(
        Outcome.from_db(connection.alias, _OUTCOME_COLUMNS, [*row[:3], *map(_exact, row[3:6])])
        for row in rows
    )
    return outcomes, any(row[6] for row in rows) or not rows


def is_first_of_its_day(person: Person, day: date, entry_id: UUID) -> bool:
    """Whether the day has no entry yet, and the id was never that of a correction."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN,
            [
                stored(CheckIn, "person", person.pk),
                stored(CheckIn, "day", day),
                stored(CheckInVersion, "entry_id", entry_id),
            ],
        )
        return cursor.fetchone() is None


def _exact(value: Any) -> Decimal | None:
    """Return a decimal as it was entered: SQLite hands out binary fractions."""
    return None if value is None else Decimal(str(value))
