"""The effect under other priors of it, and how an estimate is taken from any posterior."""

from math import inf
from typing import Any

from lodose.inference import Posterior
from lodose.trial import Outcome, Protocol
from lodose.verdict.numbers import plain, unit_of
from lodose.verdict.result import Estimate, PriorRow, Probabilities
from lodose.verdict.rules import probabilities_of
from lodose.verdict.table import sentence

SCEPTIC_SD = 0.7  # on a 0 to 10 scale: docs/verdict.md, "The sceptic's prior"


def estimate(mixture: Any) -> Estimate:
    """Mean, sd and 95 % interval of anything with a mean, an sd and an interval."""
    lower, upper = mixture.interval(0.95)
    return Estimate(float(mixture.mean), float(mixture.sd), float(lower), float(upper))


def probabilities(mixture: Any, outcome: Outcome) -> Probabilities:
    """Probabilities of a posterior of the effect, in the direction of benefit."""
    return probabilities_of(
        mixture.probability_below,
        mixture.probability_above,
        better=outcome.better,
        mcid=float(outcome.mcid),
    )


def is_naltrexone(protocol: Protocol) -> bool:
    """Tell whether what was learnt about naltrexone may be said of this treatment."""
    return "naltrexone" in protocol.treatment.drug.casefold()


def prior_rows(posterior: Posterior, protocol: Protocol, outcome: Outcome) -> tuple[PriorRow, ...]:
    """The effect under a flat, the protocol's and a sceptical prior."""
    tenth = float(outcome.range) / 10
    unit = unit_of(outcome)
    given = protocol.priors
    primary_mean, primary_sd = float(given.effect_mean) * tenth, float(given.effect_sd) * tenth
    sceptic = SCEPTIC_SD * tenth
    source = "trials" if is_naltrexone(protocol) else "sceptic"
    rows = (
        ("data-alone", "data-alone", 0.0, inf),
        ("primary", "primary", primary_mean, primary_sd),
        ("trials", source, 0.0, sceptic),
    )
    found = []
    for key, words, mean, sd in rows:
        mixture = posterior if key == "primary" else posterior.with_effect_prior(mean, sd)
        found.append(
            PriorRow(
                key=key,
                label=sentence("prior", f"{words}-label"),
                prior=sentence("prior", words, mean=plain(mean), sd=plain(sd), unit=unit),
                effect=estimate(mixture),
                probabilities=probabilities(mixture, outcome),
            )
        )
    return tuple(found)
