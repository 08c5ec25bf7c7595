"""What may be said about the arms of a sealed trial, and when: guesses before, the arms after."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import rfc8785
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.clock import today_of
from lodose.server.records.models import Trial, TrialPeriod
from lodose.server.records.problems import DecisionError
from lodose.server.records.schedules import last_day_of, locked_hash, settled_today

ARMS = frozenset({"active", "comparator"})
GUESSES = frozenset({"active", "comparator", "unsure"})
# The person reads the commitment: with a shorter secret behind it, trying every order of the arms
# would tell the one that was fixed.
NONCE_BYTES = 32
GUESS_REASONS = frozenset({"", "side effects", "benefit", "other"})


@dataclass(frozen=True, slots=True)
class DisclosedPeriod:
    """What one period of a sealed trial was."""

    number: int
    arm: str
    dose_micrograms: int | None = None


def commitment_of(arms: Sequence[DisclosedPeriod], nonce: bytes) -> str:
    """Return SHA-256 of the canonical schedule (RFC 8785) followed by the nonce.

    Raises
    ------
    ValueError
        If the nonce is shorter than 256 bits: the hash would then tell the arms.
    """
    if len(nonce) < NONCE_BYTES:
        raise ValueError(f"A nonce of {len(nonce)} bytes. Mend: {NONCE_BYTES} random ones.")
    schedule = [
        {"number": each.number, "arm": each.arm, "dose_micrograms": each.dose_micrograms}
        for each in sorted(arms, key=lambda each: each.number)
    ]
    return hashlib.sha256(rfc8785.dumps(schedule) + nonce).hexdigest()


def disclose_schedule(
    trial: Trial, arms: Sequence[DisclosedPeriod], *, nonce: bytes = b""
) -> Trial:
    """Write the arms of a sealed trial: after its last day, all periods at once, for good.

    Parameters
    ----------
    trial : Trial
        A sealed trial that has ended.
    arms : sequence of DisclosedPeriod
        Every period once, from the pharmacist's list.
    nonce : bytes
        Released with the list; with it the list must give the commitment made at the start.

    Raises
    ------
    DecisionError
        If it is too early, the list is not whole, or is not the one that was fixed.
    """
    with transaction.atomic():
        chain = lock_chain(trial.person.chain_id)
        trial = Trial.objects.select_related("person").get(pk=trial.pk)
        periods = {each.number: each for each in TrialPeriod.objects.filter(trial=trial)}
        _check_moment(trial)
        _check_list(trial, periods, arms, nonce)
        for each in arms:
            period = periods[each.number]
            period.arm, period.dose_micrograms = each.arm, each.dose_micrograms
        TrialPeriod.objects.bulk_update(periods.values(), ["arm", "dose_micrograms"])
        trial.protocol_hash = locked_hash(trial)
        trial.sealed = False  # the arms are in this database now; the design stays "blinded"
        trial.save(update_fields=["protocol_hash", "sealed"])
        details = {
            "trial": str(trial.pk),
            "protocol_hash": trial.protocol_hash,
            "nonce": nonce.hex(),
            "arms": [[each.number, each.arm, each.dose_micrograms] for each in arms],
        }
        add_event(chain, "schedule-disclosed", details)
    return trial


def _check_moment(trial: Trial) -> None:
    if not trial.sealed:
        raise DecisionError({"arms": _("This schedule is not sealed.")})
    if trial.status == Trial.Status.RUNNING or settled_today(trial) <= last_day_of(trial):
        raise DecisionError(
            {"arms": _("The schedule is disclosed after the last day, not before.")}
        )


def _check_list(
    trial: Trial,
    periods: dict[int, TrialPeriod],
    arms: Sequence[DisclosedPeriod],
    nonce: bytes,
) -> None:
    if sorted(each.number for each in arms) != sorted(periods):
        raise DecisionError({"arms": _("The list must name every period once.")})
    if any(each.arm not in ARMS for each in arms):
        raise DecisionError({"arms": _("The list names a treatment that is not in the plan.")})
    if trial.commitment and (
        len(nonce) < NONCE_BYTES or commitment_of(arms, nonce) != trial.commitment
    ):
        raise DecisionError(
            {"arms": _("The list is not the one that was fixed at the start: its hash differs.")}
        )


def period_to_guess(trial: Trial, today: date) -> TrialPeriod | None:
    """Return the period about which the person is asked now: ended, sealed, not yet guessed."""
    if not trial.sealed:
        return None
    end = min(today, last_day_of(trial))
    waiting = [each for each in trial.periods.all() if each.last_day <= end and not each.guess]
    return waiting[0] if waiting else None


def record_guess(
    trial: Trial, number: int, guess: str, *, confidence: Decimal | None = None, reason: str = ""
) -> TrialPeriod:
    """Keep what the person thinks a period was; once, and before anything is disclosed.

    Parameters
    ----------
    trial : Trial
        A sealed trial.
    number : int
        Of the period that ended.
    guess : {"active", "comparator", "unsure"}
        What the person takes it for.
    confidence : decimal.Decimal, optional
        Probability, 0.5 to 1, that the guess is right.
    reason : {"", "side effects", "benefit", "other"}
        What it rests on.

    Raises
    ------
    DecisionError
        If the period is not the one that is asked about.
    """
    if guess not in GUESSES or reason not in GUESS_REASONS:
        raise DecisionError({"guess": _("Choose one of the answers.")})
    if confidence is not None and not Decimal("0.5") <= confidence <= 1:
        raise DecisionError({"confidence": _("Choose one of the answers.")})
    with transaction.atomic():
        chain = lock_chain(trial.person.chain_id)
        fresh = Trial.objects.select_related("person").get(pk=trial.pk)
        period = period_to_guess(fresh, today_of(fresh.person))
        if period is None or period.number != number:
            raise DecisionError({"guess": _("That period is not asked about now.")})
        period.guess = guess
        period.guess_confidence = None if guess == "unsure" else confidence
        period.guess_reason = "" if guess == "unsure" else reason
        period.guessed_at = timezone.now()
        period.save()
        details = {
            "trial": str(fresh.pk),
            "period": number,
            "guess": guess,
            "confidence": period.guess_confidence and str(period.guess_confidence),
            "reason": period.guess_reason,
        }
        add_event(chain, "period-guessed", details)
    return period
