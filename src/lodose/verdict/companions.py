"""What stands beside the model: paired period means and the randomisation test."""

from lodose.inference.paired import PeriodMean, TooFewPeriodsError, paired_means
from lodose.inference.randomisation import NoRandomisationError, randomisation_test
from lodose.trial import Protocol
from lodose.verdict.result import PairedMeans, RandomisationTest
from lodose.verdict.table import sentence


def paired_companion(
    means: tuple[PeriodMean, ...], protocol: Protocol
) -> tuple[PairedMeans | None, str]:
    """Paired period means, or why there are none."""
    try:
        found = paired_means(means)
    except TooFewPeriodsError as error:
        return None, str(error)
    return PairedMeans(
        difference=found.difference,
        standard_error=found.standard_error,
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        pairs=len(found.pair_indices),
        transition_days=protocol.transition_days,
        method=found.method,
    ), ""


def randomisation_companion(
    means: tuple[PeriodMean, ...], protocol: Protocol
) -> tuple[RandomisationTest | None, str]:
    """Test over the sequences of the whole protocol; periods still to come have no mean."""
    if protocol.randomisation.method == "none":
        return None, sentence("doctor", "no-draw")
    of_period = {mean.period: mean.mean for mean in means}
    drawn = protocol.randomisation
    try:
        found = randomisation_test(
            [of_period.get(index, float("nan")) for index in range(len(protocol.periods))],
            [int(period.arm == "active") for period in protocol.periods],
            method=drawn.method,
            pair=[-1 if p.pair is None else p.pair for p in protocol.periods],
            sequences=[[int(letter == "A") for letter in text] for text in drawn.sequences],
            max_run=drawn.max_run,
        )
    except NoRandomisationError as error:
        return None, str(error).rstrip(".")
    return RandomisationTest(
        p_value=found.p_value,
        smallest_p_value=found.smallest_p_value,
        sequences=found.sequences,
        exact=found.exact,
        standard_error=found.standard_error,
    ), ""
