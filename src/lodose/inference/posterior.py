"""What the data and the priors say together about one treatment effect."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodose.inference.arrays import FloatArray, TrialArrays, exposure
from lodose.inference.kernel_cache import source_hash
from lodose.inference.mixture import Mixture, with_normal_prior
from lodose.inference.nodes import Nodes, Parameters
from lodose.inference.priors import OnsetPrior, Priors
from lodose.inference.terms import (
    Fitted,
    LinearTerms,
    Summary,
    fitted_curve,
    linear_terms,
    spread_points,
    weighted_summary,
)


class Posterior(Mixture):
    """Posterior of the steady-state effect, active minus comparator, in the outcome's unit.

    Everything that `Mixture` offers (mean, sd, quantiles, probabilities, density) is about that
    effect. Beside it stand the contrast seen in the periods, all other terms and the fitted curve.

    Parameters
    ----------
    nodes : Nodes
        From an engine; the effect under a flat prior at every node of the quadrature.
    arrays, priors
        What was fitted.
    engine, rule : str
        Which engine at which rule, for the report.

    Attributes
    ----------
    log_evidence : float
        Log of the probability density of the records under the model; under a flat prior of the
        effect its constant has no meaning.
    engine_hash : str
        SHA-256 over the sources of the engine.
    """

    def __init__(
        self, nodes: Nodes, arrays: TrialArrays, priors: Priors, *, engine: str, rule: str
    ) -> None:
        self.nodes = nodes
        self.arrays = arrays
        self.priors = priors
        self.engine = engine
        self.rule = rule
        self.engine_hash = source_hash()
        offset = float(nodes.log_weight.max())
        mean, variance, weight = with_normal_prior(
            nodes.mean,
            nodes.variance,
            np.exp(nodes.log_weight - offset),
            priors.effect_mean,
            priors.effect_sd,
        )
        self.log_evidence = offset + math.log(weight.sum())
        super().__init__(mean, variance, weight)

    def with_effect_prior(self, mean: float, sd: float) -> "Posterior":
        """The same data read with another normal prior of the effect; ``math.inf`` is flat."""
        priors = replace(self.priors, effect_mean=mean, effect_sd=sd)
        return Posterior(self.nodes, self.arrays, priors, engine=self.engine, rule=self.rule)

    def with_hyperpriors(
        self, *, onset: OnsetPrior | None = None, period_sd: float | None = None
    ) -> "Posterior":
        """The same data read with another prior of the onset or of the period effects' sd.

        The nodes stay where they are and only their weights change, so that this costs a hundredth
        of a fit; it is exact as long as the old prior's nodes reach where the new one has weight.

        Parameters
        ----------
        onset : OnsetPrior, optional
            With the same ``at_once_days``; a part that had no weight cannot be brought back.
        period_sd : float, optional
            Half-normal scale, in the outcome's unit, above 0 as the old one.
        """
        priors = self.priors
        log_weight = self.nodes.log_weight.copy()
        if onset is not None:
            log_weight += _onset_gain(self.parameters.onset_days, priors.onset, onset)
            priors = replace(priors, onset=onset)
        if period_sd is not None:
            if not min(period_sd, priors.period_sd) > 0:
                raise ValueError("period effects can be neither added nor left out by reweighing")
            before, after = priors.period_sd**-2.0, period_sd**-2.0
            log_weight += math.log(priors.period_sd / period_sd)
            log_weight -= 0.5 * (after - before) * self.parameters.period_sd**2
            priors = replace(priors, period_sd=period_sd)
        used = np.isfinite(log_weight)
        nodes = Nodes(
            self.nodes.mean[used],
            self.nodes.variance[used],
            log_weight[used],
            lambda: self.parameters.take(np.flatnonzero(used)),
        )
        return Posterior(nodes, self.arrays, priors, engine=self.engine, rule=self.rule)

    def log_likelihood(self, effect: ArrayLike) -> NDArray[Any]:
        """Log of what the data alone say about `effect` (any shape), all other terms integrated.

        The curve can be shared and pooled without the diary; its peak is not scaled.
        """
        offset = float(self.nodes.log_weight.max())
        flat = np.exp(self.nodes.log_weight - offset)
        alone = Mixture(self.nodes.mean, self.nodes.variance, flat)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(alone.density(effect)) + math.log(flat.sum()) + offset)

    def likelihood(self, effect: ArrayLike) -> NDArray[Any]:
        """What the data alone say about `effect`, scaled to 1 at the highest point given."""
        log_likelihood = self.log_likelihood(effect)
        return np.asarray(np.exp(log_likelihood - log_likelihood.max()))

    @cached_property
    def parameters(self) -> Parameters:
        """Where each node lies."""
        return self.nodes.locate()

    @cached_property
    def contrast(self) -> Mixture:
        """Difference between active and comparator days as it was seen within the periods.

        The exposure neither reaches 1 nor falls to 0 in short periods; the contrast is the effect
        times the difference in mean exposure between the recorded days of the two arms.
        """
        onset, place = np.unique(self.parameters.onset_days, return_inverse=True)
        e = exposure(self.arrays.treatment, onset, self.arrays.initial_exposure)
        active = self.arrays.observed & (self.arrays.treatment > 0.5)
        comparator = self.arrays.observed & (self.arrays.treatment <= 0.5)
        reached = (e[active].mean(axis=0) - e[comparator].mean(axis=0))[place.ravel()]
        # A reach of zero would leave a component without width.
        variance = np.maximum((reached * self.component_sd) ** 2, 1e-18)
        return Mixture(reached * self.component_mean, variance, self.weight)

    @cached_property
    def linear(self) -> LinearTerms:
        """Joint posterior of the linear terms at points spread over the nodes' weight."""
        points = spread_points(self.weight)
        return linear_terms(self.arrays, self.priors, self.parameters.take(points))

    @cached_property
    def terms(self) -> Mapping[str, Summary]:
        """Posterior of every term but the effect itself.

        ``level`` (middle of the trial, no treatment), ``trend`` (change over the trial), the known
        columns, ``period N`` effects, ``autocorrelation``, ``drift_sd``, ``noise_sd``,
        ``period_sd`` and ``onset_days``; sds and effects in the outcome's unit.
        """
        found: dict[str, Summary] = {}
        even = np.ones(self.linear.onset.size)
        for index, name in enumerate(self.linear.names):
            if name == "effect":
                continue
            variance = np.maximum(self.linear.covariance[:, index, index], 1e-18)
            term = Mixture(self.linear.mean[:, index], variance, even)
            found[name] = Summary(term.mean, term.sd, *term.interval())
        at = self.parameters
        for name, value in (
            ("autocorrelation", at.phi),
            ("drift_sd", at.drift_sd),
            ("noise_sd", at.noise_sd),
            ("period_sd", at.period_sd),
            ("onset_days", at.onset_days),
        ):
            found[name] = weighted_summary(value, self.weight)
        return found

    @cached_property
    def probability_at_once(self) -> float:
        """Posterior probability that the drug acts and stops acting at once."""
        at_once = self.parameters.onset_days == self.priors.onset.at_once_days
        return float(self.weight[at_once].sum())

    def fitted(self) -> Fitted:
        """Mean curve with its band and the exposure, by calendar day."""
        return fitted_curve(self.arrays, self.linear)


def _onset_gain(onset_days: FloatArray, before: OnsetPrior, after: OnsetPrior) -> FloatArray:
    """Log of the new prior density of the onset by the old one, at each node."""
    if after.at_once_days != before.at_once_days:
        raise ValueError("'at once' must mean the same time constant in both priors")
    if (after.at_once_weight > 0) > (before.at_once_weight > 0) or (after.at_once_weight < 1) > (
        before.at_once_weight < 1
    ):
        raise ValueError("a part of the onset prior that had no weight cannot be brought back")

    def log_slow(prior: OnsetPrior) -> FloatArray:
        z = (np.log(onset_days) - math.log(prior.median_days)) / prior.log_sd
        return np.asarray(-0.5 * z**2 - math.log(prior.log_sd))

    at_once = onset_days == before.at_once_days
    with np.errstate(divide="ignore"):
        gain = np.log1p(-after.at_once_weight) - np.log1p(-min(before.at_once_weight, 1 - 1e-16))
        gain_at_once = np.log(after.at_once_weight) - np.log(max(before.at_once_weight, 1e-300))
    return np.asarray(np.where(at_once, gain_at_once, gain + log_slow(after) - log_slow(before)))
