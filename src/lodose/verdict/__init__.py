"""What to tell the person: one word, its sentences, and the figures behind them.

``lodose.verdict(diary, protocol)`` calls `lodose.verdict.verdict`; how a name can be both a
function and this subpackage is told in docs/verdict.md.
"""

from lodose.verdict.build import verdict
from lodose.verdict.result import (
    BlindingIndex,
    Claim,
    Curve,
    CycleChance,
    Estimate,
    GuessScore,
    KnownTerm,
    OutcomeAnswer,
    PairedMeans,
    PeriodResult,
    Planning,
    PriorRow,
    Probabilities,
    Provenance,
    RandomisationTest,
    SensitivityRow,
    SideEffectCount,
    TippingPoint,
    Verdict,
    Word,
    Wording,
)
from lodose.verdict.rules import Cuts, decide
from lodose.verdict.serialise import to_dict, to_json

__all__ = [
    "BlindingIndex",
    "Claim",
    "Curve",
    "Cuts",
    "CycleChance",
    "Estimate",
    "GuessScore",
    "KnownTerm",
    "OutcomeAnswer",
    "PairedMeans",
    "PeriodResult",
    "Planning",
    "PriorRow",
    "Probabilities",
    "Provenance",
    "RandomisationTest",
    "SensitivityRow",
    "SideEffectCount",
    "TippingPoint",
    "Verdict",
    "Word",
    "Wording",
    "decide",
    "to_dict",
    "to_json",
    "verdict",
]
