"""The 95 % interval of the mean of one period, for pictures and tables."""

from math import sqrt

from lodose.verdict.result import PeriodResult


def mean_interval(period: PeriodResult) -> tuple[float, float] | None:
    """Student's 95 % interval of a period's mean, as if its days were independent."""
    days = period.days_observed
    if period.mean is None or period.sd is None or days < 2:
        return None
    from scipy.special import stdtrit  # heavy, and not needed to print an audit

    half = float(stdtrit(days - 1, 0.975)) * period.sd / sqrt(days)
    return period.mean - half, period.mean + half
