"""The verdict: from a diary and its protocol to an answer that the design allows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lodose import __version__
from lodose.diary import Diary
from lodose.inference.estimate import Engine
from lodose.trial import Protocol, audit
from lodose.verdict.analysis import Analysis, analyse
from lodose.verdict.arrays import day_table, exposure_by_day, medicine_changes
from lodose.verdict.blinding import claim_of, guess_indices
from lodose.verdict.doctor import words_for_doctor
from lodose.verdict.guesses import guess_score
from lodose.verdict.harms import days_asked, side_effect_counts
from lodose.verdict.person import (
    Facts,
    reason_against,
    reason_of_onset,
    reason_of_prior,
    words_for_person,
)
from lodose.verdict.result import OutcomeAnswer, Provenance, Verdict, Word


def verdict(
    diary: Diary,
    protocol: Protocol,
    *,
    today: date | None = None,
    engine: Engine = "compiled",
    exposures: Mapping[str, Mapping[date, float]] | None = None,
) -> Verdict:
    """Answer "does it work for me?" from a diary.

    Parameters
    ----------
    diary
        From `lodose.read_diary`.
    protocol
        From `lodose.read_protocol`; its cuts, priors and MCID were fixed beforehand.
    today
        Days after it are in the future and count as faults of the diary; the person's own
        today, by the protocol's time zone, when left out.
    engine
        ``"compiled"``, or ``"reference"`` for the slow plain one.
    exposures
        Exposure by calendar day, from 0 to 1, by the name of the model that gave it: for
        instance the occupancy that `lodose.pharmacology` predicts from the doses taken. Each
        adds a row to the sensitivity table and changes nothing else.

    Returns
    -------
    Verdict
        Always: a diary that cannot carry an answer gets "not known yet" and the reason. The
        word rests on the primary outcome alone; the others are also measured.

    References
    ----------
    .. [1] Vohra S, et al. CONSORT extension for reporting N-of-1 trials (CENT) 2015 statement.
       BMJ 2015;350:h1738.
    .. [2] Senn S. Mastering variation: variance components and personalised medicine.
       Stat Med 2016;35(7):966-977.

    Examples
    --------
    >>> import lodose
    >>> diary = lodose.read_diary("demo/diary.csv")  # doctest: +SKIP
    >>> protocol = lodose.read_protocol("demo/protocol.toml")  # doctest: +SKIP
    >>> lodose.verdict(diary, protocol).word.value  # doctest: +SKIP
    'helps'
    """
    on = datetime.now(ZoneInfo(protocol.time_zone)).date() if today is None else today
    table = day_table(diary, protocol)
    checked = audit(diary, protocol, today=on)
    medicines = medicine_changes(protocol, table)
    held = reason_against(protocol, checked, medicines)
    faulty = held if checked.errors else ""
    primary = analyse(
        diary,
        protocol,
        table,
        protocol.primary,
        engine=engine,
        faulty=faulty,
        exposures={
            name: exposure_by_day(days, table, name) for name, days in (exposures or {}).items()
        },
    )
    reason = (
        held
        or primary.answer.not_estimable
        or reason_of_onset(primary.decision, protocol)
        or reason_of_prior(primary.answer, protocol)
    )
    word = Word.NOT_KNOWN_YET if reason else primary.answer.word
    others = [
        analyse(diary, protocol, table, item, engine=engine, whole=False, faulty=faulty).answer
        for item in protocol.outcomes
        if item.name != protocol.primary_outcome
    ]
    facts = Facts(
        protocol=protocol,
        analysis=primary,
        word=word,
        claim=claim_of(protocol),
        reason=reason,
        audit=checked,
        side_effects=side_effect_counts(diary, protocol),
        days_asked=days_asked(diary, protocol),
        blinding=guess_indices(protocol),
        medicines=medicines,
        guesses=guess_score(protocol),
        days_so_far=_days_up_to(min(on, diary.last_day), protocol),
    )
    return Verdict(
        word=word,
        wording=words_for_person(facts, words_for_doctor(facts)),
        primary=_held(primary.answer, reason),
        also_measured=tuple(
            _held(answer, held or reason_of_prior(answer, protocol)) for answer in others
        ),
        side_effects=facts.side_effects,
        side_effects_asked=any(facts.days_asked.values()),
        audit=checked,
        protocol=protocol,
        provenance=_provenance(diary, protocol, primary, engine),
        claim=facts.claim,
        reason=reason,
        blinding=facts.blinding,
        guesses=facts.guesses,
    )


def _days_up_to(last: date, protocol: Protocol) -> int:
    """Planned days up to a day."""
    begun = (period for period in protocol.periods if period.start <= last)
    return sum((min(period.end, last) - period.start).days + 1 for period in begun)


def _held(answer: OutcomeAnswer, reason: str) -> OutcomeAnswer:
    """Hold the word back where something other than the numbers forbids it."""
    return replace(answer, word=Word.NOT_KNOWN_YET) if reason else answer


def _provenance(diary: Diary, protocol: Protocol, primary: Analysis, engine: Engine) -> Provenance:
    posterior = primary.posterior
    return Provenance(
        lodose_version=__version__,
        engine=posterior.engine if posterior else engine,
        engine_hash=posterior.engine_hash if posterior else "",
        rule=posterior.rule if posterior else "",
        protocol_sha256=protocol.sha256,
        diary_sha256=diary.digest,
        diary_source=diary.source,
    )
