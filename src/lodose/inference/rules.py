"""How finely the quadrature looks: number of nodes along each direction."""

from dataclasses import dataclass, replace

FEW_RECORDS = ((80, (0, 0)), (40, (1, 0)), (20, (3, 8)), (0, (6, 24)))
"""From so many records on, so many nodes of log s and of log tau are added."""


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

    def for_records(self, records: int) -> "Rule":
        """The rule with more nodes where there are few records.

        Then the posterior of log s is wide and skew, that of log tau may have a narrow peak where
        the curve happens to pass through all records, and a node costs little.
        """
        scale, onset = next(more for fewest, more in FEW_RECORDS if records >= fewest)
        return replace(self, scale=self.scale + scale, onset=self.onset + onset)


SCREENING = Rule("screening", 6, 6, 15, 7, 2, boxed=True)
DEFAULT = Rule("default", 10, 8, 17, 8, 3, boxed=True)
REFERENCE = Rule("reference", 14, 12, 25, 12, 5, boxed=True)
PILOT = Rule("pilot", 4, 4, 17, 8, 1, boxed=False)
FINE = Rule("fine", 32, 32, 121, 24, 12, boxed=False)
"""A much finer grid without a box, for the plain engine that the others are checked against."""

ONSET_SPAN = 4.0
"""Nodes of log tau cover this many prior sd on each side; 3 left errors of 2 to 4 %."""
