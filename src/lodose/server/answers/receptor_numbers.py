"""The numbers and pictures of the prescriber's page on receptors, from the library."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodose.language import translate
from lodose.pharmacology import STRUCTURES, History, Parameters, population, simulate, typical
from lodose.pharmacology.answers import BELOW, missed_dose, morning_or_bedtime
from lodose.pharmacology.arrays import FloatArray
from lodose.pharmacology.data import SCANS, read_observations
from lodose.pharmacology.picture import Mark, three_structures
from lodose.pharmacology.predict import compared
from lodose.pharmacology.tables import comparison_rows
from lodose.pharmacology.views import for_prescriber
from lodose.server.answers.receptors import Asked

WIDTHS = (340, 720)
_DAYS_SHOWN = 14
_CLOSE_H = (0.0, 0.5, 0.75, 1.0, 1.5, 2.5, 4.0, 7.0)
_LONG_AFTER = 60
_IN_100 = 0.95


@dataclass(frozen=True, slots=True)
class Course:
    """The bands of all structures: days from the last dose, and what is drawn of them."""

    days: FloatArray
    bands: dict[str, FloatArray]
    drawn: NDArray[np.bool_]

    def shown(self, name: str) -> FloatArray:
        """Low end, middle, high end at the days that the picture shows."""
        found: FloatArray = self.bands[name][:, self.drawn]
        return found


def worked_out(asked: Asked, people: int) -> tuple[dict[str, Any], Course]:
    """Return every number of the page, and the curves for its picture."""
    history = asked.history
    who = typical().with_liver_disease(asked.liver)
    data = for_prescriber(history, people=people, parameters=who)
    course = _course(asked, who, people)
    data |= {
        "people": people,
        "liver": asked.liver,
        "surgery_days": asked.surgery_days,
        "plasma_by_hour": _plasma(history, who),
        "hours_until_below_in_5_of_100": {
            name: {f"{100 * share:.0f} %": _late(course, name, share) for share in BELOW}
            for name in STRUCTURES
        },
        "by_day": _by_day(course),
        "morning_or_bedtime": [
            {
                "structure": each.structure,
                "taken_at": f"{each.taken_at:02.0f}:00",
                "day_percent": _percent(each.day),
                "night_percent": _percent(each.night),
            }
            for each in morning_or_bedtime(asked.dose_ug, parameters=who, confirmed=True)
        ],
        "missed_dose": [
            {
                "structure": each.structure,
                "trough_before_percent": _percent((each.before,))[0],
                "trough_after_percent": _percent((each.lowest,))[0],
                "doses_to_recover": each.days_to_recover,
            }
            for each in missed_dose(asked.dose_ug, parameters=who, confirmed=True)
        ],
        "half_life_hours": {
            "M1": round(float(np.log(2.0)) / who.loss, 0),
            "M2": round(float(np.log(2.0)) / who.unbinding, 0),
        },
        "observed": _observed(),
    }
    return data, course


def drawn(data: dict[str, Any], course: Course) -> dict[int, str]:
    """Return the picture, narrow and wide."""
    names = {each["structure"]: each for each in data["structures"]}
    found = {}
    for width in WIDTHS:
        titles = {
            name: f"{name} · {_short(names[name]['what']) if width < 500 else names[name]['what']}"
            for name in STRUCTURES
        }
        found[width] = three_structures(
            course.days[course.drawn],
            {name: course.shown(name) for name in STRUCTURES},
            width,
            names=titles,
            marks=_marks(data),
        )
    return found


def _short(what: str) -> str:
    return what.partition(":")[0]


def _marks(data: dict[str, Any]) -> list[Mark]:
    hours = sorted({each["hours"] for each in data["guidelines"]})
    marks = [
        Mark(each / 24.0, translate("{hours} h: what guidelines state").format(hours=f"{each:g}"))
        for each in hours
    ]
    if data["surgery_days"]:
        words = translate("day of the operation")
        marks.append(Mark(float(data["surgery_days"]), words))
    return marks


def _course(asked: Asked, who: Parameters, people: int) -> Course:
    history, last = asked.history, asked.history.last_h
    start = max(history.times_h[0], last - 24.0 * _DAYS_SHOWN)
    after = max(_DAYS_SHOWN, (asked.surgery_days or 0) + 1)
    doses = np.array([each for each in set(history.times_h) if each >= start])
    picture = np.unique(
        np.concatenate(
            [
                np.arange(start, last, 3.0),
                np.arange(last, last + 24.0 * after + 0.1, 3.0),
                np.add.outer(doses, np.array(_CLOSE_H)).ravel(),
                [last + 24.0 * after],
            ]
        )
    )
    picture = picture[picture <= last + 24.0 * after]
    late = last + 24.0 * np.arange(0.0, _LONG_AFTER + 0.25, 0.5)
    early = last - 24.0 * np.arange(0, int((last - start) / 24.0) + 1)
    times = np.unique(np.concatenate([picture, late, early]))
    found = population(people, history, times, parameters=who, plasma=False)
    bands = {name: found.quantiles(name.lower()) for name in STRUCTURES}
    return Course((times - last) / 24.0, bands, np.isin(times, picture))


def _late(course: Course, name: str, share: float) -> float | None:
    """Hours until the upper end of the band is below a share; None past what was worked out."""
    after = np.flatnonzero(course.days >= 0)
    hours, high = 24.0 * course.days[after], course.bands[name][2][after]
    over = np.flatnonzero(high >= share)
    if not over.size:
        return 0.0
    last = int(over[-1])
    if last == high.size - 1:
        return None
    part = (high[last] - share) / (high[last] - high[last + 1])
    return round(float(hours[last] + part * (hours[last + 1] - hours[last])), 0)


def _by_day(course: Course) -> list[dict[str, Any]]:
    """The picture as a table: a line for each whole day from the last dose."""
    rows = []
    shown = course.days[course.drawn]
    for at, day in enumerate(course.days):
        if abs(day - round(day)) > 1e-6 or not shown[0] - 1e-6 <= day <= shown[-1] + 1e-6:
            continue
        rows.append(
            {
                "days_after_last_dose": round(day),
                **{
                    name: {
                        "median_percent": _percent(course.bands[name][1][at : at + 1])[0],
                        "band_90_percent": _percent(course.bands[name][[0, 2], at]),
                    }
                    for name in STRUCTURES
                },
            }
        )
    return rows


def _plasma(history: History, who: Parameters) -> list[dict[str, Any]]:
    """Concentrations after the last dose, in both units."""
    hours = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0])
    curves = simulate(history, history.last_h + hours, who)
    levels = (
        curves.naltrexone_ng_ml, curves.naltrexone_nm,
        curves.naltrexol_ng_ml, curves.naltrexol_nm,
    )  # fmt: skip
    names = ("naltrexone_ng_per_ml", "naltrexone_nm", "naltrexol_ng_per_ml", "naltrexol_nm")
    return [
        {"hours_after_dose": float(hour)}
        | {name: float(f"{level[at]:.3g}") for name, level in zip(names, levels, strict=True)}
        for at, hour in enumerate(hours)
    ]


def _percent(values: Any) -> list[float]:
    return [round(100.0 * float(each), 1) for each in values]


@lru_cache(maxsize=1)
def _compared() -> tuple[dict[str, Any], ...]:
    data = read_observations()
    sources = {each.id: each for each in data.source}
    found = comparison_rows(compared(data, typical()))
    return tuple(
        row
        | {
            "scan": each.quantity in SCANS,
            "source_text": sources[row["source"]].text,
            "identifier": sources[row["source"]].identifier,
        }
        for row, each in zip(found, data.observation, strict=True)
    )


def _observed() -> list[dict[str, Any]]:
    return [dict(each) for each in _compared()]
