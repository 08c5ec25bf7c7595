"""The word from the probabilities: the table of docs/verdict.md, its edges and its mirror."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodose.inference.mixture import Mixture
from lodose.verdict import Cuts, Probabilities, Word, decide
from lodose.verdict.rules import probabilities_of

JUST_BELOW = 1e-9


def at(benefit: float, enough: float, harm: float = 0.0, too_much: float = 0.0) -> Probabilities:
    return Probabilities(
        benefit=benefit,
        benefit_at_least_mcid=enough,
        benefit_at_least_twice_mcid=0.0,
        smaller_than_mcid=round(1 - enough - too_much, 12),
        harm=harm,
        harm_at_least_mcid=too_much,
    )


@pytest.mark.spec
@pytest.mark.parametrize(
    ("probabilities", "word"),
    [
        # helps needs both
        (at(0.95, 0.80), Word.HELPS),
        (at(1.0, 1.0), Word.HELPS),
        (at(0.95 - JUST_BELOW, 0.80, harm=0.05), Word.NOT_KNOWN_YET),
        (at(0.95, 0.80 - JUST_BELOW), Word.PROBABLY_HELPS),
        # probably helps
        (at(0.95, 0.50), Word.PROBABLY_HELPS),
        (at(0.95, 0.50 - JUST_BELOW), Word.NOT_KNOWN_YET),
        # no meaningful difference, also where a small benefit is certain
        (at(0.99, 0.05, too_much=0.05), Word.NO_MEANINGFUL_DIFFERENCE),
        (at(0.50, 0.05, harm=0.5, too_much=0.05), Word.NO_MEANINGFUL_DIFFERENCE),
        (at(0.50, 0.00, harm=0.5, too_much=0.10), Word.NO_MEANINGFUL_DIFFERENCE),
        # unlikely to help enough: no more than 1 in 10, and harm not excluded
        (at(0.50, 0.10, harm=0.5, too_much=0.2), Word.UNLIKELY_TO_HELP_ENOUGH),
        (at(0.50, 0.10 + JUST_BELOW, harm=0.5, too_much=0.2), Word.NOT_KNOWN_YET),
        (at(0.04, 0.00, harm=0.96, too_much=0.4), Word.UNLIKELY_TO_HELP_ENOUGH),
        # mirror images
        (at(0.05, 0.0, harm=0.95, too_much=0.80), Word.HARMS),
        (at(0.05, 0.0, harm=0.95, too_much=0.80 - JUST_BELOW), Word.PROBABLY_HARMS),
        (at(0.05, 0.0, harm=0.95, too_much=0.50), Word.PROBABLY_HARMS),
        (at(0.05, 0.0, harm=0.95, too_much=0.50 - JUST_BELOW), Word.UNLIKELY_TO_HELP_ENOUGH),
        (at(0.051, 0.0, harm=0.949, too_much=0.80), Word.UNLIKELY_TO_HELP_ENOUGH),
    ],
)
def test_the_table_at_its_edges(probabilities: Probabilities, word: Word) -> None:
    assert decide(probabilities, Cuts()) is word


def test_the_cuts_of_the_protocol_are_used() -> None:
    p = at(0.90, 0.60)
    assert decide(p, Cuts()) is Word.NOT_KNOWN_YET
    assert decide(p, Cuts(benefit_probability=0.9)) is Word.PROBABLY_HELPS
    assert decide(p, Cuts(benefit_probability=0.9, mcid_probability=0.6)) is Word.HELPS
    assert decide(p, Cuts(equivalence_probability=0.4)) is Word.NO_MEANINGFUL_DIFFERENCE
    assert decide(p, Cuts(unlikely_probability=0.6)) is Word.UNLIKELY_TO_HELP_ENOUGH


def test_cuts_that_let_help_and_harm_both_hold_are_refused() -> None:
    with pytest.raises(ValueError, match=r"above 0\.5"):
        Cuts(benefit_probability=0.5)


effects = st.tuples(st.floats(-6, 6), st.floats(0.05, 3), st.sampled_from(["lower", "higher"]))


def read(mean: float, sd: float, better: str, mcid: float = 1.0) -> Probabilities:
    import numpy as np

    effect = Mixture(np.array([mean]), np.array([sd**2]), np.array([1.0]))
    return probabilities_of(
        effect.probability_below, effect.probability_above, better=better, mcid=mcid
    )


MIRROR = {
    Word.HELPS: {Word.HARMS},
    Word.PROBABLY_HELPS: {Word.PROBABLY_HARMS},
    Word.HARMS: {Word.HELPS},
    Word.PROBABLY_HARMS: {Word.PROBABLY_HELPS},
    Word.NO_MEANINGFUL_DIFFERENCE: {Word.NO_MEANINGFUL_DIFFERENCE},
    # "Unlikely to harm enough" is no word of ours.
    Word.UNLIKELY_TO_HELP_ENOUGH: {Word.NOT_KNOWN_YET, Word.UNLIKELY_TO_HELP_ENOUGH},
    Word.NOT_KNOWN_YET: {Word.NOT_KNOWN_YET, Word.UNLIKELY_TO_HELP_ENOUGH},
}


@pytest.mark.property
@given(effects)
def test_mirroring_the_effect_mirrors_the_word(effect: tuple[float, float, str]) -> None:
    mean, sd, better = effect
    word = decide(read(mean, sd, better), Cuts())
    other = {"lower": "higher", "higher": "lower"}[better]
    assert decide(read(-mean, sd, better), Cuts()) in MIRROR[word]
    assert decide(read(mean, sd, other), Cuts()) in MIRROR[word]
    assert decide(read(-mean, sd, other), Cuts()) is word


@pytest.mark.property
@given(effects)
def test_the_probabilities_hang_together(effect: tuple[float, float, str]) -> None:
    p = read(*effect)
    assert p.benefit + p.harm == pytest.approx(1)
    whole = p.benefit_at_least_mcid + p.smaller_than_mcid + p.harm_at_least_mcid
    assert whole == pytest.approx(1)
    assert p.benefit >= p.benefit_at_least_mcid >= p.benefit_at_least_twice_mcid


@pytest.mark.property
@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_exactly_one_word_for_any_probabilities(values: list[float]) -> None:
    assert isinstance(decide(Probabilities(*values), Cuts()), Word)


def test_less_pain_is_benefit_and_less_sleep_is_harm() -> None:
    assert decide(read(-3, 0.5, "lower"), Cuts()) is Word.HELPS
    assert decide(read(-3, 0.5, "higher"), Cuts()) is Word.HARMS


@pytest.mark.parametrize(
    ("better", "mcid", "match"), [("up", 1.0, "lower"), ("lower", 0.0, "above 0")]
)
def test_a_direction_and_a_size_are_needed(better: str, mcid: float, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        read(1.0, 1.0, better, mcid)
