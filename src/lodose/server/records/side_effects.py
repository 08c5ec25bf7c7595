"""Side effects that the check-in offers as chips.

The common ones are those that trials of low doses and product labels name most (shared facts,
``adverse_events.csv``, verified rows). They are offered to everybody on every day: offering them
on the active medicine only would tell the arm of a blinded trial.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from lodose.server.records.models import CheckIn, Person

# As they are stored, so that one effect has one name in every language.
COMMON = (
    _("vivid dreams"),
    _("headache"),
    _("nausea"),
    _("dizziness"),
    _("trouble sleeping"),
    _("stomach pain"),
    _("tiredness"),
    _("anxiety"),
)
SEVERITIES = {"mild": 1, "moderate": 2, "severe": 3}
SEVERITY_WORDS = {1: _("mild"), 2: _("moderate"), 3: _("severe")}
# How far back a person's own effects are remembered, and how many of them are offered.
REMEMBERED_ENTRIES = 60
MOST_RECENT = 6


def effect_label(name: str) -> str:
    """Return the name of a side effect in the reader's language; a person's own as written."""
    return gettext(name) if name in COMMON else name


def recent_effects(person: Person) -> list[str]:
    """Return the side effects that the person named lately, the latest first."""
    names: dict[str, None] = {}
    for effects in (
        CheckIn.objects.filter(person=person, side_effects__isnull=False)
        .order_by("-day")
        .values_list("side_effects", flat=True)[:REMEMBERED_ENTRIES]
    ):
        for name, _severity in effects or []:
            names.setdefault(name)
    return list(names)[:MOST_RECENT]
