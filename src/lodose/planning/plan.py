"""What a planned trial would tell: the chance of each verdict, by what is true."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from lodose.diary import Diary
from lodose.errors import LodoseError
from lodose.inference import SCREENING, OnsetPrior, Priors
from lodose.inference.arrays import FloatArray
from lodose.inference.kernel_cache import source_hash
from lodose.planning import store
from lodose.planning.design import TrialDesign, schedule_of
from lodose.planning.person import Variability, person_from_run_in, typical_person
from lodose.planning.power import Share, WordCounts, count_words
from lodose.planning.simulate import Scale, Truth
from lodose.trial import Outcome, Protocol
from lodose.verdict import Cuts, Word
from lodose.verdict.analysis import priors_of, resolution_of
from lodose.workers import Progress

TRUTHS = (
    (0.0, "no effect"),
    (0.5, "half the smallest gain that matters"),
    (1.0, "the smallest gain that matters"),
    (2.0, "twice the smallest gain that matters"),
)
"""Sizes of the true gain, in MCIDs."""

TRIALS = 2000
SEED = 1
FORMAT = 1

GAIN = (Word.HELPS, Word.PROBABLY_HELPS)
LOSS = (Word.HARMS, Word.PROBABLY_HARMS)
LITTLE = (Word.NO_MEANINGFUL_DIFFERENCE, Word.UNLIKELY_TO_HELP_ENOUGH)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What would be said if this were true.

    Parameters
    ----------
    truth : str
        In words.
    gain : float
        The true gain at full exposure, in the outcome's unit, in the direction of benefit.
    words : WordCounts
        From the simulated trials.
    """

    truth: str
    gain: float
    words: WordCounts


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What a planned trial would tell.

    Parameters
    ----------
    design : str
        In words.
    days : int
        Length of the trial.
    outcome, unit : str
        What is measured.
    mcid : float
        The smallest gain that matters, in the outcome's unit.
    rows : tuple of PlanRow
        One for each truth.
    person : mapping of str to float
        Medians of the numbers that the days were made of.
    person_origin, onset : str
        Where those come from; how fast the treatment was taken to act.
    trials, seed : int
        Simulated trials of each truth.
    rule, engine_hash, protocol_sha256 : str
        What made the plan; the last is empty for a design without a protocol.
    """

    design: str
    days: int
    outcome: str
    unit: str
    mcid: float
    rows: tuple[PlanRow, ...]
    person: Mapping[str, float]
    person_origin: str
    onset: str
    trials: int
    seed: int
    rule: str
    engine_hash: str
    protocol_sha256: str

    @property
    def false_benefit(self) -> Share:
        """Share told "helps" or "probably helps" where nothing is gained."""
        return self.rows[0].words.share(*GAIN)

    @property
    def false_harm(self) -> Share:
        """Share told "harms" or "probably harms" where nothing is lost."""
        return self.rows[0].words.share(*LOSS)

    @property
    def false_little(self) -> Share:
        """Share told "no meaningful difference" or "unlikely to help enough" at 2 x MCID."""
        return self.rows[-1].words.share(*LITTLE)

    @property
    def found(self) -> Share:
        """Share told "helps" or "probably helps" at 2 x MCID."""
        return self.rows[-1].words.share(*GAIN)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, strings and numbers, shares with their intervals."""
        plain = asdict(replace(self, rows=()))
        plain["person"] = dict(self.person)
        plain["rows"] = [
            {
                "truth": row.truth,
                "gain": row.gain,
                "words": {word.value: asdict(row.words.share(word)) for word in Word},
            }
            for row in self.rows
        ]
        rates = {
            "false_benefit": self.false_benefit,
            "false_harm": self.false_harm,
            "false_little": self.false_little,
        }
        return {
            "schema_version": FORMAT,
            **plain,
            **{name: asdict(share) for name, share in rates.items()},
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "TrialPlan":
        """The plan that `to_dict` was made from."""
        rows = tuple(
            PlanRow(
                row["truth"],
                row["gain"],
                WordCounts(
                    {word: row["words"][word.value]["count"] for word in Word}, plain["trials"]
                ),
            )
            for row in plain["rows"]
        )
        names = (name for name in cls.__dataclass_fields__ if name != "rows")
        return cls(rows=rows, **{name: plain[name] for name in names})


def plan_trial(
    plan: Protocol | TrialDesign,
    *,
    protocol: Protocol | None = None,
    run_in: Diary | None = None,
    onset_days: float | None = None,
    trials: int = TRIALS,
    seed: int = SEED,
    executor: Executor | None = None,
    progress: Progress | None = None,
    cache: bool = True,
) -> TrialPlan:
    """Work out what a trial would tell, before it is begun.

    Diaries are simulated with a known truth, fitted at the screening rule and judged by the rule
    that the verdict itself uses.

    Parameters
    ----------
    plan : Protocol or TrialDesign
        What is planned.
    protocol : Protocol, optional
        Whose outcome, priors and cuts a bare design is planned with; without one a scale of 0 to
        10 where lower is better, an MCID of 1 and the default priors and cuts.
    run_in : Diary, optional
        Days on one treatment, from which the person's own variability is learnt. Without it a
        typical person is taken.
    onset_days : float, optional
        Time constant of build-up and wash-out of every simulated trial; without it each draws its
        own from the protocol's prior.
    trials, seed : int
        Simulated trials of each truth. The answer does not depend on the number of workers.
    executor : concurrent.futures.Executor, optional
        `lodose.workers.local_workers`, a cluster's, or none: this process.
    progress : callable, optional
        Called with the number of simulated trials done, of four times `trials`.
    cache : bool
        Read a plan that was worked out before, and keep this one.

    Returns
    -------
    TrialPlan

    Raises
    ------
    LodoseError
        Where the plan can carry no word or the run-in is too short.

    Examples
    --------
    >>> import lodose
    >>> from lodose.planning import READY
    >>> plan = lodose.plan_trial(READY["4x14"], trials=20, cache=False)
    >>> plan.rows[0].truth, plan.days
    ('no effect', 112)
    """
    question = _Question.of(plan if isinstance(plan, Protocol) else protocol)
    if trials < 1 or not 0 <= seed < 2**63:
        raise LodoseError(f"{trials} trials with seed {seed} cannot be simulated.")
    if onset_days is not None and not onset_days > 0:
        raise LodoseError(
            f"The onset must take some time, got {onset_days} days. Mend: 0.1 or more."
        )
    key = store.key_of(
        {
            "format": FORMAT,
            "plan": plan.sha256 if isinstance(plan, Protocol) else asdict(plan),
            "protocol": question.sha256,
            "run_in": run_in.digest if run_in else "",
            "onset_days": onset_days,
            "trials": trials,
            "seed": seed,
        }
    )
    if cache and (kept := _kept(key)) is not None:
        return kept
    person = question.person(run_in, seed)
    missing = TrialDesign(2, 1).missing if run_in is None else _missing(run_in, question.outcome)
    if isinstance(plan, Protocol):
        schedule = schedule_of(plan, missing=missing)
    else:
        schedule = (plan if run_in is None else replace(plan, missing=missing)).schedule()
    onset = question.priors.onset if onset_days is None else onset_days
    turn = 1.0 if question.better == "higher" else -1.0
    counts = count_words(
        schedule,
        [Truth(turn * size * question.mcid, person, onset) for size, _ in TRUTHS],
        question.priors,
        question.cuts,
        mcid=question.mcid,
        better=question.better,
        scale=question.scale,
        trials=trials,
        seed=seed,
        executor=executor,
        progress=progress,
    )
    found = TrialPlan(
        design=schedule.name,
        days=schedule.total_days,
        outcome=question.label,
        unit=question.unit,
        mcid=question.mcid,
        rows=tuple(
            PlanRow(words, size * question.mcid, count)
            for (size, words), count in zip(TRUTHS, counts, strict=True)
        ),
        person=person.medians(),
        person_origin=person.origin,
        onset=_onset_words(onset),
        trials=trials,
        seed=seed,
        rule=SCREENING.name,
        engine_hash=source_hash(),
        protocol_sha256=question.sha256,
    )
    if cache:
        store.write(key, found.to_dict())
    return found


def _kept(key: str) -> TrialPlan | None:
    plain = store.read(key)
    try:
        return None if plain is None else TrialPlan.from_dict(plain)
    except (KeyError, TypeError, ValueError):
        return None


def _onset_words(onset: OnsetPrior | float) -> str:
    if not isinstance(onset, OnsetPrior):
        return f"{onset:g} days in every simulated trial"
    return (
        f"drawn from its prior: at once with probability {onset.at_once_weight:g}, otherwise "
        f"log-normal with median {onset.median_days:g} days"
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What the analysis asks: outcome, priors, cuts."""

    priors: Priors
    cuts: Cuts
    scale: Scale
    mcid: float
    better: str
    label: str
    unit: str
    sha256: str
    outcome: Outcome | None

    @classmethod
    def of(cls, protocol: Protocol | None) -> "_Question":
        if protocol is None:
            priors = replace(Priors(), resolution=1.0)
            scale = Scale(0.0, 10.0, 1.0)
            return cls(priors, Cuts(), scale, 1.0, "lower", "a 0 to 10 scale", "", "", None)
        outcome = protocol.primary
        step = float(outcome.step or 0)
        resolution = resolution_of(np.array([]), outcome)
        return cls(
            priors=replace(priors_of(protocol, outcome), resolution=resolution),
            cuts=Cuts.of(protocol.cuts),
            scale=Scale(float(outcome.minimum), float(outcome.maximum), step),
            mcid=float(outcome.mcid),
            better=outcome.better,
            label=outcome.label,
            unit=outcome.unit,
            sha256=protocol.sha256,
            outcome=outcome,
        )

    def person(self, run_in: Diary | None, seed: int) -> Variability:
        if run_in is None:
            return typical_person(self.scale.minimum, self.scale.maximum)
        return person_from_run_in(_run_in_values(run_in, self.outcome), self.priors, seed=seed)


def _run_in_values(run_in: Diary, outcome: Outcome | None) -> FloatArray:
    """(T,) the outcome on every calendar day of the run-in."""
    name = run_in.outcome_names[0] if outcome is None and run_in.outcome_names else ""
    name = outcome.name if outcome is not None else name
    treated = {entry.arm == "active" or bool(entry.dose_micrograms) for entry in run_in.entries}
    if len(treated) > 1:
        raise LodoseError(
            "The run-in holds days on more than one treatment, so its ups and downs are not the "
            "person's own. Mend: give only the days before the trial, all on the same treatment."
        )
    first, last = run_in.first_day.toordinal(), run_in.last_day.toordinal()
    if last - first > 5000:
        raise LodoseError("The run-in spans more than 5000 days. Mend: give its last months only.")
    days = [run_in.first_day.fromordinal(day) for day in range(first, last + 1)]
    recorded = run_in.series(name, days)
    return np.array([np.nan if value is None else value for value in recorded])


def _missing(run_in: Diary, outcome: Outcome | None) -> float:
    values = _run_in_values(run_in, outcome)
    return min(0.9, float(np.isnan(values).mean()))
