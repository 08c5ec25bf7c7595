"""How finely the quadrature looks: number of nodes along each direction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Node counts of the structured quadrature.

    Parameters
    ----------
    name : str
        Shown in reports.
    autocorrelation, angle, onset, period, scale : int
        Nodes of phi, of the split of the noise w, of log tau, of the ratio of the period sd to
        the noise r, and of the overall noise scale s.
    boxed : bool
        Look for the region that carries the weight first and put all nodes there.
    """

    name: str
    autocorrelation: int
    angle: int
    onset: int
    period: int
    scale: int
    boxed: bool


SCREENING = Rule("screening", 8, 8, 13, 6, 3, boxed=False)
DEFAULT = Rule("default", 10, 10, 15, 6, 4, boxed=True)
REFERENCE = Rule("reference", 12, 12, 17, 8, 5, boxed=True)
PILOT = Rule("pilot", 6, 6, 9, 4, 1, boxed=False)
FINE = Rule("fine", 32, 32, 121, 24, 12, boxed=False)
"""A much finer grid without a box, for the plain engine that the others are checked against."""

ONSET_SPAN = 4.0
"""Nodes of log tau cover this many prior sd on each side; 3 left errors of 2 to 4 %."""
