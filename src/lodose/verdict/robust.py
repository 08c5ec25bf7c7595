"""In words: what changes the answer, what the missing days could do, what else the model saw."""

from datetime import date
from math import ceil

from lodose.language import translate, written_date
from lodose.trial import Outcome, Protocol
from lodose.verdict.columns import prior_sd
from lodose.verdict.numbers import (
    amount,
    count,
    decimals,
    doctors_decimals,
    figure,
    is_level,
    plain,
    spoken,
    unit_of,
)
from lodose.verdict.result import Estimate, KnownTerm, OutcomeAnswer, TippingPoint, Word
from lodose.verdict.sensitivity import when
from lodose.verdict.table import sentence, word_said

MOST_FLIPS = 2  # in the person's sentence; the rest stands in the table


def sensitivity_line(answer: OutcomeAnswer) -> str:
    """Tell the person whether the answer hangs on how the days are read, or ""."""
    rows = [row for row in answer.sensitivity if row.word is not None]
    if len(rows) < 2:
        return ""
    primary, *others = rows
    open_ = primary.word is Word.NOT_KNOWN_YET
    flips = [row for row in others if row.flips]
    if flips:
        shown = [
            sentence("sensitivity", "flips-one", when=when(row), word=word_said(row.word))
            for row in flips[:MOST_FLIPS]
            if row.word
        ]
        if len(flips) > len(shown):
            number = count(len(flips) - len(shown), "other way")
            shown.append(sentence("sensitivity", "flips-more", number=number))
        name = "open-flips" if open_ else "flips"
        return sentence("sensitivity", name, changes="; ".join(shown))
    weaker = sum(row.weaker for row in others)
    ways = count(len(others), "other way")
    if open_:
        return sentence("sensitivity", "open-holds", number=ways)
    if weaker:
        return sentence("sensitivity", "holds-weaker", number=ways, weaker=weaker)
    return sentence("sensitivity", "holds", number=ways)


def sensitivity_for_doctor(answer: OutcomeAnswer) -> list[str]:
    """Sum the sensitivity table up in figures; nothing where there is none."""
    rows = [row for row in answer.sensitivity if row.effect is not None]
    if len(rows) < 2:
        return []
    means = [row.effect.mean for row in rows if row.effect is not None]
    digits = doctors_decimals(answer.outcome)
    flips = [row for row in rows if row.flips]
    names = "; ".join(f"{row.label} ({word_said(row.word)})" for row in flips if row.word)
    line = sentence(
        "doctor",
        "sensitivity",
        number=len(rows) - 1,
        flips=len(flips),
        weaker=sum(row.weaker for row in rows),
        lowest=figure(min(means), digits),
        highest=figure(max(means), digits),
        unit=unit_of(answer.outcome),
        names=sentence("doctor", "sensitivity-names", names=names) if flips else "",
    )
    return [line]


def missing_line(answer: OutcomeAnswer, protocol: Protocol, unfinished: bool = False) -> str:
    """Tell the person what the days without an entry could do to the answer, or "".

    Of an unfinished trial only what was so far.
    """
    if not answer.missing:
        return ""
    missing = sum(point.days_missing for point in answer.missing)
    if not missing:
        return sentence("missing", "complete-so-far" if unfinished else "complete")
    found = [
        (size, point.arm, direction, word)
        for point in answer.missing
        for direction, size, word in _shifts(point)
    ]
    if not found:
        return sentence("missing", "none", outcome=spoken(answer.outcome), missing=_days(missing))
    size, arm, direction, word = min(found)
    names = {"active": protocol.treatment.active, "comparator": protocol.treatment.comparator}
    return sentence(
        "missing",
        "worse" if direction == "worse" else "better",
        outcome=spoken(answer.outcome),
        arm=names[arm],
        amount=amount(_rounded_up(size, answer.outcome), answer.outcome),
        word=word_said(word),
    )


def missing_for_doctor(answer: OutcomeAnswer) -> list[str]:
    """Every tipping point in figures; nothing where there is no answer."""
    if not answer.missing:
        return []
    shifts = [
        sentence(
            "missing",
            "doctor-shift",
            arm=translate(point.arm),
            amount=amount(_rounded_up(size, answer.outcome), answer.outcome),
            direction=translate(direction),
            word=word_said(word),
        )
        for point in answer.missing
        for direction, size, word in _shifts(point)
    ]
    days = {
        f"{point.arm}_{name}": value
        for point in answer.missing
        for name, value in (("days", point.days), ("missing", point.days_missing))
    }
    none = sentence("missing", "doctor-none")
    return [sentence("missing", "doctor", shifts="; ".join(shifts) or none, **days)]


def _shifts(point: TippingPoint) -> list[tuple[str, float, Word]]:
    both = (
        ("worse", point.worse, point.word_if_worse),
        ("better", point.better, point.word_if_better),
    )
    return [(name, size, word) for name, size, word in both if size is not None and word]


def _days(number: int) -> str:
    return count(number, "day")


def _rounded_up(size: float, outcome: Outcome) -> float:
    """A shift as it is printed still changes the word."""
    step = 10.0 ** -decimals(outcome)
    return ceil(size / step - 1e-9) * step


def known_lines(answer: OutcomeAnswer, protocol: Protocol) -> tuple[str, ...]:
    """Tell the person about each known column, in the order of the model."""
    return tuple(_known_line(term, answer.outcome, protocol) for term in answer.known)


def _known_line(term: KnownTerm, outcome: Outcome, protocol: Protocol) -> str:
    name = _event_or_medicine(term)
    if term.effect is None:
        own = f"{term.kind}-name"
        named = sentence("known", own) if term.kind in ("weekend", "rebound", "tolerance") else name
        return sentence("known", "not-told", name=named)
    gain = _gain(term.effect, outcome)
    tolerance = term.kind == "tolerance"
    clear = gain.upper < 0 or (gain.lower > 0 and term.kind not in ("rebound", "tolerance"))
    if term.kind in ("rebound", "tolerance"):
        sign = sentence("known", "sign" if clear else "no-sign")
    else:
        sign = sentence("known", "clear" if clear else "unclear")
    values = {
        "outcome": spoken(outcome),
        "treatment": protocol.treatment.active,
        "sign": sign,
        "event": name,
        "medicine": name,
        "range": sentence(
            "known",
            "range",
            low=_difference(gain.lower, outcome, tolerance),
            high=_difference(gain.upper, outcome, tolerance),
        ),
    }
    said = _difference(gain.mean, outcome, tolerance)
    return sentence("known", term.kind, difference=said, change=said, **values)


def _event_or_medicine(term: KnownTerm) -> str:
    return _parted(term)[0]


def _parted(term: KnownTerm) -> tuple[str, date | None]:
    """What happened and when: an event is one of the protocol's words, a medicine the person's."""
    name, _, day = term.name.rpartition(" on " if term.kind == "event" else " from ")
    if term.kind not in ("event", "medicine") or not name:
        return translate(term.name), None
    return (translate(name) if term.kind == "event" else name), date.fromisoformat(day)


def _dated(term: KnownTerm) -> str:
    """A term as its name says it, "flare on 2026-03-01"."""
    name, day = _parted(term)
    if day is None:
        return name
    template = (
        translate("{event} on {date}")
        if term.kind == "event"
        else translate("{medicine} from {date}")
    )
    return template.format(event=name, medicine=name, date=written_date(day))


def _gain(effect: Estimate, outcome: Outcome) -> Estimate:
    if outcome.better == "higher":
        return effect
    return Estimate(-effect.mean, effect.sd, -effect.upper, -effect.lower)


def _difference(gain: float, outcome: Outcome, tolerance: bool) -> str:
    """Say a gain as "0.4 points worse", or as "smaller by 0.4 points" where an effect changes."""
    if is_level(gain, outcome):
        return sentence("known", "same-change" if tolerance else "same")
    size = amount(gain, outcome)
    if tolerance:
        return sentence("known", "larger-by" if gain > 0 else "smaller-by", amount=size)
    return sentence("known", "better-by" if gain > 0 else "worse-by", amount=size)


def known_for_doctor(answer: OutcomeAnswer, protocol: Protocol) -> list[str]:
    """Every known column with its figures, and what it does to the meaning of the effect."""
    lines = []
    known = [term for term in answer.known if term.effect is not None]
    told = [_dated(term) for term in known]
    if told:
        width = plain(prior_sd(answer.outcome))
        lines.append(sentence("doctor", "columns", names="; ".join(told), sd=width))
    digits = doctors_decimals(answer.outcome)
    for term in answer.known:
        if term.effect is None:
            lines.append(sentence("known", "doctor-not-told", name=_dated(term)))
            continue
        lines.append(
            sentence(
                "known",
                f"doctor-{term.kind}",
                name=_dated(term),
                unit=unit_of(answer.outcome),
                fading=plain(protocol.model.rebound_days),
                mean=figure(term.effect.mean, digits),
                lower=figure(term.effect.lower, digits),
                upper=figure(term.effect.upper, digits),
            )
        )
    if any(term.name.startswith("flare on ") for term in known):
        lines.append(sentence("known", "doctor-flare"))
    return lines
