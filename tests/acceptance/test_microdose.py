"""The blinded self-experiment of 2012-2013: published and recomputed answers, digit by digit."""

import csv
from pathlib import Path

import numpy as np
import pytest

import lodose
from lodose.trial import Blinding
from lodose.verdict import Claim, Verdict, Word
from lodose.verdict.blinding import claim_of
from lodose.verdict.guesses import guess_score, log_score

DATA = Path(__file__).with_name("data")
pytestmark = pytest.mark.published

# Published in the source: linear models on the 114 complete days, active minus placebo.
PUBLISHED = {
    "mood_productivity": ("-0.1430", "0.1293"),
    "creativity": ("-0.1159", "0.1056"),
    "mnemosyne": ("-0.0096", "0.0234"),
    "total_sleep_min": ("14.28", "9.16"),
    "time_to_sleep_min": ("2.04", "2.95"),
    "time_awake_min": ("2.78", "2.59"),
    "awakenings": ("0.635", "0.550"),
    "morning_feel": ("0.370", "0.144"),
}


def same_digits(value: float, printed: str) -> bool:
    """Whether a figure prints as it was printed."""
    return f"{value:.{len(printed.partition('.')[2])}f}" == printed


@pytest.fixture(scope="module")
def answer(microdose) -> Verdict:
    return lodose.verdict(microdose.diary, microdose.protocol)


@pytest.mark.parametrize("name", PUBLISHED)
def test_linear_models_on_the_complete_days(microdose, ols, name: str) -> None:
    active = microdose.column("active")
    table = np.column_stack([microdose.column(other) for other in PUBLISHED])
    complete = np.isfinite(active) & np.isfinite(table).all(axis=1)
    assert complete.sum() == 114
    line = ols(microdose.column(name)[complete], active[complete])[0]
    estimate, error = PUBLISHED[name]
    assert same_digits(line.estimate, estimate)
    assert same_digits(line.error, error)
    printed = {"mood_productivity": "0.27", "morning_feel": "0.011"}.get(name)
    assert printed is None or same_digits(line.p, printed)


def test_the_linear_model_agrees_with_statsmodels(microdose, ols) -> None:
    from statsmodels.api import OLS, add_constant

    active, mood = microdose.column("active"), microdose.column("mood_productivity")
    inside = np.isfinite(active)
    theirs = OLS(mood[inside], add_constant(active[inside])).fit()
    ours = ols(mood[inside], active[inside])[0]
    assert ours.estimate == pytest.approx(theirs.params[1])
    assert ours.error == pytest.approx(theirs.bse[1])
    assert (ours.lower, ours.upper) == pytest.approx(tuple(theirs.conf_int()[1]))


def test_linear_model_on_all_days(microdose, ols) -> None:
    active = microdose.column("active")
    inside = np.isfinite(active)
    assert inside.sum() == 127
    line = ols(microdose.column("mood_productivity")[inside], active[inside])[0]
    assert same_digits(line.estimate, "-0.1267")
    assert same_digits(line.error, "0.1262")


def test_paired_block_means_through_the_verdict(answer: Verdict) -> None:
    paired = answer.primary.paired
    assert paired is not None
    assert paired.pairs == 21
    assert same_digits(paired.difference, "-0.1270")
    assert same_digits(paired.lower, "-0.396")
    assert same_digits(paired.upper, "0.142")
    assert same_digits(paired.p_value, "0.337")


def test_exact_randomisation_p_through_the_verdict(answer: Verdict) -> None:
    test = answer.primary.randomisation
    assert test is not None
    assert test.exact
    assert test.sequences == 2**21
    assert same_digits(test.p_value, "0.39587")
    assert test.smallest_p_value == 2.0**-20
    assert any("p 0.39587" in line for line in answer.wording.doctor)


@pytest.mark.parametrize(
    ("name", "figures", "phi"),
    [
        ("mood_productivity", ("-0.1388", "-0.4135", "0.1359"), "0.203"),
        ("morning_feel", ("0.2903", "0.0037", "0.5770"), "0.118"),
    ],
)
def test_restricted_likelihood(microdose, reml, name: str, figures, phi: str) -> None:
    active, value = microdose.column("active"), microdose.column(name)
    seen = np.isfinite(active) & np.isfinite(value)
    line = reml(microdose.days[seen], value[seen], active[seen])
    found = (line.estimate, line.lower, line.upper)
    assert all(same_digits(f, p) for f, p in zip(found, figures, strict=True))
    assert same_digits(line.phi, phi)


@pytest.mark.parametrize(
    ("name", "published"), [("mood_productivity", -0.1388), ("morning_feel", 0.2903)]
)
def test_the_full_model_stays_within_a_quarter_sd(
    answer: Verdict, name: str, published: float
) -> None:
    answers = (answer.primary, *answer.also_measured)
    effect = next(item.effect for item in answers if item.outcome.name == name)
    assert effect is not None
    assert abs(effect.mean - published) < 0.25 * effect.sd


def test_log_score_of_the_guesses() -> None:
    with (DATA / "lsd_microdose_guesses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    active = np.array([float(row["second_block_was_active"]) for row in rows])
    said = np.array([float(row["p_second_block_active"]) for row in rows])
    score = float(np.log(np.where(active == 1, said, 1 - said)).sum())
    # The source prints -13.4685: -13.46845 rounded once more. The sum is -13.468446.
    assert same_digits(score, "-13.46845")
    assert same_digits(len(rows) * float(np.log(0.5)), "-13.8629")
    # A pair's guess is one guess, so the product's own sum takes the same probabilities.
    assert log_score(np.where(active == 1, said, 1 - said).tolist()) == pytest.approx(score)


def test_log_score_of_the_guesses_through_the_verdict(microdose) -> None:
    """One guess a pair: the second block, with the stated probability as its confidence."""
    with (DATA / "lsd_microdose_guesses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    second = {p.pair: n for n, p in enumerate(microdose.protocol.periods, 1)}
    guesses = []
    for row in rows:
        said = float(row["p_second_block_active"])
        arm = "active" if said > 0.5 else "comparator" if said < 0.5 else "unsure"
        sure = {} if arm == "unsure" else {"confidence": str(max(said, round(1 - said, 4)))}
        guesses.append({"period": second[int(row["pair"])], "guess": arm, **sure})
    blinding = Blinding.model_validate({"guesses": guesses})
    plan = microdose.protocol.model_copy(update={"blinding": blinding})
    score = guess_score(plan)
    assert score is not None
    assert same_digits(score.log_score, "-13.46845")
    assert same_digits(score.log_score_chance, "-13.8629")
    assert claim_of(plan) is Claim.CAUSED_BY  # the guesses do not beat chance


def test_nothing_flips_the_answer(answer: Verdict) -> None:
    done = [row for row in answer.primary.sensitivity if row.word is not None]
    assert len(done) == 7
    assert not any(row.flips for row in answer.primary.sensitivity)
    assert any("does not hang on how the days are read" in x for x in answer.wording.uncertain)


def test_a_block_of_three_days_cannot_lose_a_week(answer: Verdict) -> None:
    skipped = {row.key: row.skipped for row in answer.primary.sensitivity if row.skipped}
    assert "periods would be left without a record" in skipped["at-once-7"]


def test_the_word_is_about_the_primary_outcome_alone(answer: Verdict) -> None:
    # Published conclusion: no effect on mood worth having.
    assert answer.word is Word.NO_MEANINGFUL_DIFFERENCE
    assert answer.wording.window == "within 3 days on each"
    assert "pain" not in answer.wording.answer
