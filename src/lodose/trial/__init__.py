"""How to find out: the protocol of a trial, and the audit of a diary against it."""

from lodose.trial.audit import Audit, audit
from lodose.trial.parts import (
    Blinding,
    Change,
    Cuts,
    Event,
    Guess,
    Medicine,
    ModelSettings,
    Outcome,
    Period,
    PriorSettings,
    Randomisation,
    Treatment,
)
from lodose.trial.protocol import Protocol
from lodose.trial.reading import read_protocol

__all__ = [
    "Audit",
    "Blinding",
    "Change",
    "Cuts",
    "Event",
    "Guess",
    "Medicine",
    "ModelSettings",
    "Outcome",
    "Period",
    "PriorSettings",
    "Protocol",
    "Randomisation",
    "Treatment",
    "audit",
    "read_protocol",
]
