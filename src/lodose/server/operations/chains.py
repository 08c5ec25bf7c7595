"""Verify every chain of events and the signed heads over them."""

from lodose.server.audit.models import Chain
from lodose.server.audit.signing import verify_all


def verify_chains() -> tuple[int, list[str]]:
    """Return how many chains there are, and what is wrong with which.

    A fault names a chain by its random id, never a person.
    """
    faults = [f"{fault.chain} at {fault.sequence}: {fault.problem}" for fault in verify_all()]
    return Chain.objects.count(), faults
