"""The front door of the estimator."""

from typing import Literal

from lodose.inference.arrays import NotEstimableError, TrialArrays
from lodose.inference.posterior import Posterior
from lodose.inference.priors import Priors
from lodose.inference.rules import DEFAULT, FINE, Rule

Engine = Literal["compiled", "reference"]


def fit(
    arrays: TrialArrays,
    priors: Priors | None = None,
    *,
    rule: Rule | None = None,
    engine: Engine = "compiled",
) -> Posterior:
    """Posterior of one person's treatment effect, by exact structured quadrature.

    The model for calendar day t in period p(t):

        y_t = mu + delta x_t + beta e_t(tau) + g' c_t + omega_p(t) + u_t + eps_t

    with exposure e_t building up and washing out at first order with time constant tau, a
    stationary AR(1) u_t, day noise eps_t and a random effect omega for each period. All linear
    terms are integrated analytically, (phi, su, se, so, tau) by quadrature. No random numbers: the
    same data give the same answer.

    Parameters
    ----------
    arrays : TrialArrays
        Daily series of one outcome.
    priors : Priors, optional
        In the outcome's unit; the default is for a 0-10 scale.
    rule : Rule, optional
        Node counts; `DEFAULT` for the compiled engine, `FINE` for the plain one.
    engine : {"compiled", "reference"}
        Milliseconds, or minutes but checkable line by line against the formulas.

    Returns
    -------
    Posterior

    Raises
    ------
    NotEstimableError
        When every period has one single value and no resolution is given.

    Examples
    --------
    >>> import numpy as np
    >>> from lodose.inference import TrialArrays, fit
    >>> arm = np.repeat([0, 1, 1, 0, 0, 1], 7)
    >>> pain = 6 - 2 * arm + np.sin(np.arange(42))
    >>> posterior = fit(TrialArrays(pain, arm, np.repeat(np.arange(6), 7)))
    >>> bool(posterior.probability_below(0) > 0.9)
    True
    """
    priors = priors or Priors()
    if priors.resolution == 0 < priors.period_sd and arrays.constant_within_periods:
        raise NotEstimableError(
            "every period has one single value, so that the noise cannot be told from zero. "
            "Mend: give the smallest step of the scale (Priors.resolution)."
        )
    if engine == "compiled":
        from lodose.inference.compiled import compiled_nodes

        rule = rule or DEFAULT
        nodes = compiled_nodes(arrays, priors, rule)
    elif engine == "reference":
        from lodose.inference.reference import reference_nodes

        rule = rule or FINE
        nodes = reference_nodes(arrays, priors, rule)
    else:
        raise ValueError(f"engine '{engine}' is neither 'compiled' nor 'reference'")
    return Posterior(nodes, arrays, priors, engine=engine, rule=rule.name)
