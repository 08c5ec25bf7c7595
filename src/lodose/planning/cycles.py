"""How many more cycles would settle an unfinished trial: its own future, simulated many times.

Each simulation draws a person from what the diary says so far, lets them go on as planned, and asks
the verdict's own rule again after every cycle.
"""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import numpy as np

from lodose.diary import Diary
from lodose.errors import LodoseError
from lodose.inference import (
    SCREENING,
    NotEstimableError,
    Priors,
    Rule,
    TrialArrays,
    fit,
)
from lodose.inference.arrays import FloatArray, IntArray
from lodose.inference.quick import quick_fit
from lodose.inference.terms import spread_points
from lodose.language import listing, translatable, translate
from lodose.planning.power import share_of
from lodose.planning.simulate import Scale, autoregression, build_up, stream
from lodose.trial import Outcome, Protocol
from lodose.verdict import Cuts, CycleChance, Planning, Verdict, Word
from lodose.verdict.analysis import priors_of, resolution_of, why_not_estimable
from lodose.verdict.arrays import (
    DayTable,
    day_table,
    medicine_changes,
    outcome_series,
    period_results,
)
from lodose.verdict.columns import known_columns, prior_sd
from lodose.verdict.decision import SIDES, settle
from lodose.verdict.numbers import chance as chance_in_words
from lodose.verdict.numbers import count as count_in_words
from lodose.verdict.person import reason_against
from lodose.workers import Progress, in_chunks

CYCLES = (1, 2, 4)
SIMULATIONS = (30, 100)
"""Fewest and most, where the number is left to what takes about a second."""

SEED = 1
PLACES = ("benefit", "little", "harm", "open")
NUMBERS = {
    1: translatable("one"),
    2: translatable("two"),
    3: translatable("three"),
    4: translatable("four"),
    5: translatable("five"),
    6: translatable("six"),
}

LEFT_OUT = Planning(
    translatable(
        "How many more cycles would settle it was left out of this report, as asked "
        "(--no-planning)."
    ),
    left_out=True,
)


@dataclass(frozen=True, slots=True, eq=False)
class Future:
    """The days to come.

    Attributes
    ----------
    period : (F,) int
        Period of each day, counted on from the protocol's own; -1 between periods.
    arms : (P,) int
        Arm of every period; -1 where a coin decides within the pair.
    ends : tuple of int
        Days from now at which so many further cycles are complete.
    running
        Whether the first of them has begun.
    """

    period: IntArray
    arms: IntArray
    ends: tuple[int, ...]
    running: bool

    def draw_treatment(self, chance: np.random.Generator) -> IntArray:
        """(F,) an arm for each day."""
        arms = self.arms.copy()
        open_ = np.flatnonzero(arms < 0).reshape(-1, 2)
        first = (chance.random(len(open_)) < 0.5).astype(np.int64)
        arms[open_] = np.column_stack([first, 1 - first])
        return np.where(self.period >= 0, arms[self.period], 0)


@dataclass(frozen=True, slots=True, eq=False)
class Present:
    """What the diary says so far, and a person drawn from it for each simulation."""

    protocol: Protocol
    outcome: Outcome
    table: DayTable
    arrays: TrialArrays
    priors: Priors
    missing: float
    linear: FloatArray  # (n, D) level, trend, columns, effect, period effects
    noise: FloatArray  # (n, 5) phi, drift sd, noise sd, period sd, onset days


def cycles_to_settle(
    diary: Diary,
    protocol: Protocol,
    *,
    cycles: Sequence[int] = CYCLES,
    simulations: int | None = None,
    seed: int = SEED,
    rule: Rule = SCREENING,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Planning:
    """How likely the answer is to be settled after 1, 2, ... further cycles.

    Going on means: the rest of the protocol first, then further pairs of periods of the protocol's
    usual length, in an order drawn within each pair (or in turn, where nothing was drawn). Each
    number of cycles is a trial with one look at its end.

    Parameters
    ----------
    diary, protocol
        An unfinished or undecided trial.
    cycles : sequence of int
        How far to look ahead, growing; a cycle is a pair of periods, the one now running included.
    simulations : int, optional
        As many as take about a second on one core, 30 to 100, when left out; that number follows
        from the length of the trial and not from the machine.
    seed : int
        The same answer for any executor.
    rule : Rule
        For the diaries to come.
    executor : concurrent.futures.Executor, optional
        Threads do, since most of the work is compiled; None: this thread.
    progress : callable, optional
        Called with the number of simulations done.

    Returns
    -------
    Planning

    Raises
    ------
    LodoseError
        For a before and after comparison, and where no effect can be estimated yet.
    """
    if protocol.design == "before-after":
        raise LodoseError(
            "A before and after comparison is never settled by more days of the same. "
            "Mend: plan periods with and without the treatment."
        )
    if not cycles or min(cycles) < 1 or list(cycles) != sorted(set(cycles)):
        raise ValueError(f"cycles {tuple(cycles)} must be 1 or more and growing")
    if simulations is not None and simulations < 1:
        raise ValueError(f"simulations must be 1 or more, got {simulations}")
    table = day_table(diary, protocol)
    future = future_of(protocol, table, cycles)
    if simulations is None:
        simulations = affordable(future, len(table.dates))
    present = _present(diary, protocol, table, simulations, seed)
    one = partial(_sides, present=present, future=future, seed=seed, rule=rule)
    found = []
    for sides in in_chunks(
        one, range(simulations), executor=executor, chunk_size=8, progress=progress
    ):
        if isinstance(sides, Exception):
            raise sides
        found.append(sides)
    rows = tuple(
        _row(number, days, [sides[place] for sides in found])
        for place, (number, days) in enumerate(zip(cycles, future.ends, strict=True))
    )
    return Planning(in_words(rows, running=future.running), rows, simulations, seed, rule.name)


def affordable(future: Future, days: int) -> int:
    """Simulations that take about 0.8 s: a fit's time grows with days and periods."""
    milliseconds = 0.9 + (days + future.period.size) * future.arms.size / 1000.0
    fewest, most = SIMULATIONS
    return max(fewest, min(most, int(800.0 / (len(future.ends) * milliseconds))))


def more_days_may_settle(verdict: Verdict, diary: Diary) -> bool:
    """Tell whether an answer is open for want of days, and not because something forbids one."""
    protocol = verdict.protocol
    if verdict.word is not Word.NOT_KNOWN_YET or protocol.design == "before-after":
        return False
    if verdict.primary.probabilities is None:
        return False
    changes = medicine_changes(protocol, day_table(diary, protocol))
    return not reason_against(protocol, verdict.audit, changes)


def _row(number: int, days: int, sides: Sequence[int]) -> CycleChance:
    total = len(sides)
    counts = [sum(side == place for side in sides) for place in range(3)]
    settled = share_of(sum(counts), total)
    benefit, little, harm = (count / total for count in counts)
    return CycleChance(
        number, days, settled.share, settled.lower, settled.upper, benefit, little, harm
    )


def in_words(rows: Sequence[CycleChance], *, running: bool) -> str:
    """One short paragraph.

    ``running``: the first of them has begun already.
    """
    parts = [
        translate(
            "{chance} after {number} more cycle ({days})"
            if row is rows[0]
            else "{chance} after {number} ({days})"
        ).format(
            chance=chance_in_words(row.settled),
            number=translate(NUMBERS.get(row.cycles, str(row.cycles))),
            days=count_in_words(row.days, "day"),
        )
        for row in rows
    ]
    template = (
        translate(
            "If you go on as before, the chance of a settled answer is {chances}, counting the one "
            "now running, by simulation from your days so far. Your prescriber decides with you "
            "whether going on is worth it."
        )
        if running
        else translate(
            "If you go on as before, the chance of a settled answer is {chances} by simulation "
            "from your days so far. Your prescriber decides with you whether going on is worth it."
        )
    )
    return template.format(chances=listing(parts))


def future_of(protocol: Protocol, table: DayTable, cycles: Sequence[int]) -> Future:
    """The rest of the protocol, then further pairs, up to the end of the last of `cycles`."""
    now = len(table.dates)
    arms = [int(period.arm == "active") for period in protocol.periods]
    starts: dict[int, int] = {}  # by cycle of the protocol
    ends: dict[int, int] = {}
    period = np.full(max(0, (protocol.last_day - table.dates[-1]).days), -1, dtype=np.int64)
    for number, planned in enumerate(protocol.periods):
        start = (planned.start - protocol.first_day).days - now
        end = start + planned.days
        period[max(0, start) : max(0, end)] = number
        cycle = number // 2 if planned.pair is None else planned.pair
        starts.setdefault(cycle, start)
        ends[cycle] = end
    complete = [end for end in ends.values() if end > 0]
    running = any(starts[cycle] < 0 < end for cycle, end in ends.items())
    usual = int(np.median([planned.days for planned in protocol.periods]))
    drawn = protocol.randomisation.method != "none"
    stretches = [period]
    total = period.size
    while len(complete) < max(cycles):
        first, last = len(arms), arms[-1]
        stretches.append(np.repeat([first, first + 1], usual))
        arms += [-1, -1] if drawn else [1 - last, last]
        total += 2 * usual
        complete.append(total)
    whole = np.concatenate(stretches)[: complete[max(cycles) - 1]]
    return Future(whole, np.array(arms), tuple(complete[number - 1] for number in cycles), running)


def _present(
    diary: Diary, protocol: Protocol, table: DayTable, simulations: int, seed: int
) -> Present:
    outcome = protocol.primary
    series = outcome_series(diary, table, outcome)
    reason = why_not_estimable(
        outcome, protocol, period_results(diary, protocol, table, series), series
    )
    if reason:
        raise LodoseError(reason)
    columns = known_columns(protocol, table, medicine_changes(protocol, table))
    told = [column for column in columns if column.told_by(series)]
    priors = replace(priors_of(protocol, outcome), resolution=resolution_of(series, outcome))
    arrays = TrialArrays(
        series,
        table.treatment,
        table.period,
        initial_exposure=float(table.initial_treatment),
        columns=np.column_stack([np.zeros((series.size, 0)), *(item.values for item in told)]),
        column_prior_sd=np.full(len(told), prior_sd(outcome)),
        column_names=tuple(item.name for item in told),
    )
    posterior = fit(arrays, priors)
    at = posterior.parameters.take(spread_points(posterior.weight))
    rows = ((np.arange(simulations) + 0.5) / simulations * at.phi.size).astype(np.int64)
    linear = posterior.linear
    size = linear.mean.shape[1]
    root = np.linalg.cholesky(linear.covariance[rows] + 1e-12 * np.eye(size))
    z = np.random.Generator(np.random.Philox(key=seed)).standard_normal((simulations, size))
    chosen = at.take(rows)
    return Present(
        protocol=protocol,
        outcome=outcome,
        table=table,
        arrays=arrays,
        priors=priors,
        missing=float(np.isnan(series[table.period >= 0]).mean()),
        linear=linear.mean[rows] + np.einsum("nij,nj->ni", root, z),
        noise=np.column_stack(
            [chosen.phi, chosen.drift_sd, chosen.noise_sd, chosen.period_sd, chosen.onset_days]
        ),
    )


def _sides(
    index: int, *, present: Present, future: Future, seed: int, rule: Rule
) -> tuple[int, ...]:
    """Simulate one future; which way the answer is settled after each further cycle."""
    chance = stream(seed, index)
    arms = future.draw_treatment(chance)
    treatment = np.concatenate([present.table.treatment, arms])
    period = np.concatenate([present.table.period, future.period])
    columns = _columns(present, treatment, period)
    values = _values(index, present, treatment, period, columns, chance)
    now = present.arrays.days
    outcome, cuts = present.outcome, Cuts.of(present.protocol.cuts)
    found = []
    for end in future.ends:
        until = now + end
        try:
            arrays = TrialArrays(
                values[:until],
                treatment[:until],
                period[:until],
                initial_exposure=present.arrays.initial_exposure,
                columns=columns[:until],
                column_prior_sd=present.arrays.column_prior_sd,
                column_names=present.arrays.column_names,
            )
            posterior = quick_fit(arrays, present.priors, rule=rule)
            mcid = float(outcome.mcid)
            word = settle(posterior, better=outcome.better, mcid=mcid, cuts=cuts).word
        except NotEstimableError:
            word = Word.NOT_KNOWN_YET
        found.append(PLACES.index(SIDES[word]))
    return tuple(found)


def _columns(present: Present, treatment: IntArray, period: IntArray) -> FloatArray:
    """(T + F, q) the known columns, gone on with."""
    names = present.arrays.column_names
    if not names:
        return np.zeros((treatment.size, 0))
    table, first = present.table, present.table.dates[0]
    longer = DayTable(
        dates=tuple(first + timedelta(days=day) for day in range(treatment.size)),
        treatment=treatment,
        period=period,
        pair=np.full(treatment.size, -1),
        initial_treatment=table.initial_treatment,
    )
    found = known_columns(present.protocol, longer, medicine_changes(present.protocol, table))
    values = {column.name: column.values for column in found}
    return np.column_stack([values[name] for name in names])


def _values(
    index: int,
    present: Present,
    treatment: IntArray,
    period: IntArray,
    columns: FloatArray,
    chance: np.random.Generator,
) -> FloatArray:
    """(T + F,) the diary as it is, and as it may go on."""
    arrays = present.arrays
    now, days = arrays.days, treatment.size
    terms = present.linear[index]
    phi, drift_sd, noise_sd, period_sd, onset = present.noise[index].tolist()
    known = 2 + columns.shape[1]
    trend = (np.arange(days) - 0.5 * (now - 1)) / now
    exposed = build_up(treatment.astype(np.float64), onset, arrays.initial_exposure)
    mean = terms[0] + terms[1] * trend + columns @ terms[2:known] + terms[known] * exposed
    shocks = chance.standard_normal(int(period.max()) + 1) * period_sd
    seen = np.unique(arrays.period[arrays.observed])
    shocks[seen] = terms[known + 1 :]
    mean += np.where(period >= 0, shocks[period], 0.0)
    drift = _last_drift(arrays.outcome - mean[:now], phi, drift_sd, noise_sd, chance)
    ahead = days - now
    future = mean[now:] + autoregression(phi, chance.standard_normal(ahead) * drift_sd, drift)
    future += chance.standard_normal(ahead) * noise_sd
    outcome = present.outcome
    scale = Scale(float(outcome.minimum), float(outcome.maximum), float(outcome.step or 0))
    future = scale.rated(future)
    future[chance.random(ahead) < present.missing] = np.nan
    return np.concatenate([arrays.outcome, future])


def _last_drift(
    rest: FloatArray, phi: float, drift_sd: float, noise_sd: float, chance: np.random.Generator
) -> float:
    """Draw where the slow part stands on the last day, given all days (Kalman filter)."""
    state, variance = 0.0, drift_sd**2 / (1.0 - phi**2)
    noise, step = noise_sd**2, drift_sd**2
    last = rest.size - 1
    for day, value in enumerate(rest.tolist()):
        if not math.isnan(value) and variance + noise > 0:
            gain = variance / (variance + noise)
            state += gain * (value - state)
            variance *= 1.0 - gain
        if day < last:
            state, variance = phi * state, phi * phi * variance + step
    return state + math.sqrt(variance) * float(chance.standard_normal())
