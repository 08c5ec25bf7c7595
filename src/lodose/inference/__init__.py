"""What the numbers say: arrays in, posterior out."""

from lodose.inference.arrays import NotEstimableError, TrialArrays, exposure
from lodose.inference.estimate import fit
from lodose.inference.mixture import Mixture
from lodose.inference.posterior import Posterior
from lodose.inference.priors import OnsetPrior, Priors
from lodose.inference.rules import DEFAULT, FINE, REFERENCE, SCREENING, Rule
from lodose.inference.terms import Fitted, Summary

__all__ = [
    "DEFAULT",
    "FINE",
    "REFERENCE",
    "SCREENING",
    "Fitted",
    "Mixture",
    "NotEstimableError",
    "OnsetPrior",
    "Posterior",
    "Priors",
    "Rule",
    "Summary",
    "TrialArrays",
    "exposure",
    "fit",
]
