"""What the data and the priors say together about one treatment effect."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lodose.inference.arrays import TrialArrays, exposure
from lodose.inference.kernel_cache import source_hash
from lodose.inference.mixture import Mixture, with_normal_prior
from lodose.inference.nodes import Nodes, Parameters
from lodose.inference.priors import Priors
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
