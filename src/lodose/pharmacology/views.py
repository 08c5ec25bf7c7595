"""Two readers of one model: the person gets its shape, the prescriber all that follows.

A person never gets a date, a threshold or hours after the last dose: whether an opioid would work
is not theirs to reckon. Nobody gets a "safe".
"""

from typing import Any, Literal

from lodose.errors import InputError
from lodose.language import decimal, translatable, translate
from lodose.pharmacology import answers
from lodose.pharmacology.data import read_observations
from lodose.pharmacology.estimates import read_estimates
from lodose.pharmacology.history import History, in_mg
from lodose.pharmacology.parameters import Parameters

Reader = Literal["person", "prescriber"]
READERS: tuple[Reader, ...] = ("person", "prescriber")

STRUCTURE_WORDS = {
    "M0": translatable("plasma equilibrium: the block follows the level in the blood"),
    "M1": translatable("slow biophase: the drug stays near the receptor for about a day"),
    "M2": translatable("slow binding: the drug leaves the receptor over days; the longest"),
}


def view(
    history: History,
    reader: str,
    *,
    people: int = 500,
    seed: int = 2026,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """Say what one reader may know.

    Parameters
    ----------
    history : History
        What is, was or would be swallowed.
    reader : str
        "person" or "prescriber".
    people : int
        How many are drawn for the prescriber's bands.

    Returns
    -------
    dict
        Ready for JSON; sentences in the current language.
    """
    if reader == "person":
        return for_person(history)
    if reader == "prescriber":
        return for_prescriber(history, people=people, seed=seed, parameters=parameters)
    raise InputError("is no reader", "write person or prescriber.", column="reader", value=reader)


def for_person(history: History) -> dict[str, Any]:
    """Say the shape in plain words, the warning, and where the measurements come from."""
    if not any(history.doses_ug):
        raise InputError("holds nothing", "give one dose or more.", column="doses")
    return {
        "reader": "person",
        "warning": warning(),
        "shape": [
            translate(
                "The medicine leaves the blood within the day. At the receptors in the brain it "
                "may stay much longer."
            ),
            translate(
                "When it is taken every day, the block builds up over several days. When it is "
                "stopped, the block fades slowly, over many days."
            ),
            translate(
                "A missed dose does not switch the block off. People differ a lot, and nobody "
                "can feel how much is blocked."
            ),
        ],
        "measured": measured(),
        "decides": translate("Your prescriber decides."),
    }


def warning() -> str:
    """Return what everybody who takes it has to know; a person sees it before anything else."""
    return translate(
        "For many days after the last dose an opioid may not work or may be dangerous. Only your "
        "medical team can say when. Do not try to overcome the block: it can stop your breathing."
    )


def measured() -> str:
    """Say from which doses the measurements come."""
    scans = [each for each in read_observations().observation if each.quantity.startswith("mu")]
    single = [each for each in scans if each.days == 1 and each.quantity == "mu"]
    over_days = [each for each in scans if each.days > 1 or each.quantity == "mu-of-early"]
    return translate(
        "The receptors were measured in few people: after single doses of {lowest} and more, and "
        "over several days only with {days} and more. What a low dose such as 4.5 mg does is "
        "carried over from there by a model, not measured."
    ).format(
        lowest=_mg(min(each.dose_ug for each in single)),
        days=_mg(min(each.dose_ug for each in over_days)),
    )


def for_prescriber(
    history: History,
    *,
    people: int = 500,
    seed: int = 2026,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """All that follows from the model, every structure beside the others."""
    found = answers.answer(history, parameters)
    left = answers.residual(history, people=people, seed=seed, parameters=parameters)
    story = answers.short_blockade(history, parameters)
    return {
        "reader": "prescriber",
        "warning": warning(),
        "measured": measured(),
        "doses": sorted({_mg(dose) for dose in history.doses_ug}),
        "plasma": {
            "peak_ng_per_ml": _round(found.peak_ng_ml),
            "peak_nm": _round(found.peak_nm),
            "peak_hours_after_dose": round(found.peak_h, 2),
            "levels": [
                {"what": each.what, "ng_per_ml": each.ng_per_ml, "note": each.note}
                for each in read_observations().level
            ],
        },
        "structures": [_structure(each) for each in found.by_structure],
        "rule": translate(
            "For safety the longest of the three counts, or the guideline where it is longer; for "
            "a hope of benefit none counts. Low doses over days were not measured."
        ),
        "longest_hours_until_below": {
            _percent(share): _hours(found.longest_until_below(share)) for share in answers.BELOW
        },
        "residual": _residual(left),
        "guidelines": [each.model_dump() for each in left.guidelines],
        "not_before": translate(
            "Not before the longest of these, if dependence is excluded; the anaesthetist decides. "
            "An emergency does not wait."
        ),
        "stories": {
            "short_blockade": {
                "said_hours": list(story.said_hours),
                "hours_above_half": {name: round(h, 1) for name, h in story.hours.items()},
                "chi_square": story.chi_square,
                "says": translate(
                    "A few hours of blockade and then a rebound was seen in injected mice. In "
                    "people it corresponds to M0, which the PET scans reject."
                ),
                "note": story.note,
            },
            "tlr4": [
                {
                    "what": each.what,
                    "um": each.nm / 1000.0,
                    "times_the_peak": _round(each.times_the_peak),
                    "note": each.note,
                }
                for each in answers.tlr4(found.peak_nm)
            ],
        },
    }


def _structure(each: answers.LastDay) -> dict[str, Any]:
    return {
        "structure": each.structure,
        "what": translate(STRUCTURE_WORDS[each.structure]),
        "chi_square": read_estimates().of(each.structure).chi_square,
        "peak_percent": round(100 * each.peak, 1),
        "trough_percent": round(100 * each.trough, 1),
        "hours_above": {_percent(share): round(h, 1) for share, h in each.hours_above.items()},
        "days_to_steady": each.days_to_steady,
        "hours_until_below": {
            _percent(share): _hours(hours) for share, hours in each.hours_until_below.items()
        },
    }


def _residual(left: answers.Residual) -> list[dict[str, Any]]:
    return [
        {
            "days_after_last_dose": each.days,
            "structure": each.structure,
            "median_percent": round(100 * each.median, 1),
            "band_90_percent": [round(100 * each.low, 1), round(100 * each.high, 1)],
        }
        for each in left.days
    ]


def _hours(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 0)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _round(value: float) -> float:
    return float(f"{value:.3g}")


def _mg(dose_ug: int) -> str:
    return decimal(in_mg(dose_ug))
