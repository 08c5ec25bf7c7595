"""The two pages as text for the typesetter, each in several lengths, the longest first.

The typesetter takes the first that fits; what is left out is said, with how much it is.
"""

from dataclasses import asdict, dataclass
from typing import Any

from lodose.brief.model import Brief, Fired, MedicineLine, PageTwo, Said
from lodose.language import listing, plural, translatable, translate
from lodose.report.words import shortened
from lodose.screening import Severity

TITLE = translatable("Notes for my visit")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class _One:
    """How much stands on the first page: points, characters, and how many of each."""

    size: float
    text: int
    medicines: int
    findings: int
    questions: int


@dataclass(frozen=True, slots=True)
class _Two:
    """How much stands on the second page; ``plain`` leaves out reasons, ``short`` more."""

    size: float
    plain: bool = False
    short: bool = False
    fired: int = 60
    medicines: int = 100
    steps: int = 70


ONE = (
    _One(11.0, 2000, 40, 30, 20),
    _One(10.2, 2000, 40, 30, 20),
    _One(9.6, 2000, 40, 30, 20),
    _One(9.0, 2000, 40, 30, 20),
    _One(8.6, 2000, 40, 30, 20),
    _One(8.6, 900, 40, 30, 18),
    _One(8.6, 650, 30, 20, 16),
    _One(8.4, 500, 24, 14, 14),
    _One(8.4, 400, 18, 10, 12),
    _One(8.4, 280, 12, 8, 9),
    _One(8.2, 180, 9, 6, 7),
    _One(8.0, 120, 6, 4, 5),
)
TWO = (
    _Two(9.4),
    _Two(8.8),
    _Two(8.3),
    _Two(7.9),
    _Two(7.9, plain=True),
    _Two(7.5, plain=True),
    _Two(7.2, plain=True, short=True),
    _Two(7.0, plain=True, short=True, fired=20, medicines=40, steps=12),
)


def printed(brief: Brief) -> dict[str, Any]:
    """Return everything that the template shows."""
    return {
        "language": brief.language,
        "region": brief.region,
        "title": translate(TITLE),
        "on": brief.on,
        "footer": translate("{title} · not a prescription: the prescriber decides").format(
            title=translate(TITLE)
        ),
        "said": _fixed(),
        "one": [_first(brief, room) for room in ONE],
        "two": [_second(brief.page_two, room) for room in TWO],
    }


def _fixed() -> dict[str, str]:
    return {
        "page": translate("Page {page} of {pages}"),
        "what": translate("What"),
        "value": translate("Value"),
        "why": translate("Why"),
        "tried": translate("What was tried"),
        "medicines": translate("Medicines now"),
        "not-understood": translate("not understood"),
        "look": translate("needs a look"),
        "screening": translate("What screening found"),
        "trials": translate("What trials found"),
        "plan": translate("The plan that is proposed"),
        "judged": translate("How it would be judged"),
        "questions": translate("To settle at this visit"),
        "sources": translate("Sources"),
        "prescriber": translate("For the prescriber"),
        "fired": translate("What fired, and why"),
        "understood": translate("Medicines, as understood"),
        "told": translate("Also told"),
        "dosing": translate("Dosing"),
        "compounding": translate("The product"),
        "monitoring": translate("Watching over it"),
        "evidence": translate("What is known"),
    }


def _first(brief: Brief, room: _One) -> dict[str, Any]:
    medicines = brief.medicines[: room.medicines]
    telling = [each for each in brief.findings if each.level != Severity.INFORM.value]
    shown = telling[: room.findings]
    inform = [each.about for each in brief.findings if each.level == Severity.INFORM.value]
    return {
        "size": room.size,
        "who": shortened(brief.who, 90),
        "question": brief.question,
        "level": brief.outcome,
        "headline": brief.headline,
        "why": _cut(brief.why, room.text) or translate("Not written yet."),
        "tried": _cut(brief.tried, room.text) or translate("Not written yet."),
        "medicines": [_medicine(each) for each in medicines],
        "medicines-state": brief.medicines_state,
        "more-medicines": _more(len(brief.medicines) - len(medicines)),
        "findings": [{**asdict(each), "because": shortened(each.because, 160)} for each in shown],
        "more-findings": _more(len(telling) - len(shown)),
        "inform": translate("Good to know: {topics}.").format(topics=listing(inform))
        if inform
        else "",
        "evidence": [_said(each, named=True) for each in brief.evidence],
        "evidence-note": brief.evidence_note,
        "certainty": brief.certainty,
        "plan": [list(pair) for pair in brief.plan],
        "plan-note": brief.plan_note,
        "judged": [[label, shortened(text, 300)] for label, text in brief.judged],
        "questions": [shortened(each, 200) for each in brief.questions[: room.questions]],
        "more-questions": _left_out(len(brief.questions) - room.questions),
        "sources": " · ".join(brief.sources),
        "decides": brief.decides,
    }


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return translate("{text} (shortened to fit)").format(text=shortened(text, length))


def _more(number: int) -> str:
    if number <= 0:
        return ""
    return plural("and {number} more on page two", "and {number} more on page two", number)


def _left_out(number: int) -> str:
    if number <= 0:
        return ""
    return plural("and {number} more, left out here", "and {number} more, left out here", number)


def _medicine(each: MedicineLine) -> dict[str, str]:
    same = each.understood.casefold() == each.entered.casefold()
    return {
        "entered": shortened(each.entered, LONGEST_NAME),
        "understood": "" if same else shortened(each.understood, LONGEST_NAME),
        "reading": each.reading,
        "taken": each.taken,
    }


def _said(each: Said, *, named: bool = False) -> dict[str, str]:
    sources = ", ".join(each.sources)
    read = f"; {each.read}" if named and each.read else ""
    return {"text": each.text, "sources": f"{sources}{read}"}


def _second(page: PageTwo, room: _Two) -> dict[str, Any]:
    number = {source: place for place, source in enumerate(page.sources, start=1)}

    def marks(sources: tuple[str, ...]) -> str:
        return ", ".join(str(number[source]) for source in sources)

    def numbered(items: tuple[Said, ...]) -> list[dict[str, str]]:
        return [{"text": each.text, "sources": marks(each.sources)} for each in items]

    fired = page.fired[: room.fired]
    return {
        "size": room.size,
        "intervals": list(page.intervals),
        "intervals-note": page.intervals_note,
        "fired": [_rule(each, marks(each.sources), room) for each in fired],
        "more-fired": _left_out(len(page.fired) - len(fired)),
        "medicines": [_medicine(each) for each in page.medicines[: room.medicines]],
        "more-medicines": _left_out(len(page.medicines) - room.medicines),
        "told": [[label, shortened(text, 120 if room.short else 400)] for label, text in page.told],
        "dosing-note": page.dosing_note,
        "steps": list(page.steps[: room.steps]),
        "more-steps": _left_out(len(page.steps) - room.steps),
        "compounding": numbered(page.compounding),
        "monitoring": numbered(page.monitoring),
        "evidence": numbered(page.evidence),
        "sources": [f"{place} {source}" for source, place in number.items()],
    }


def _rule(each: Fired, sources: str, room: _Two) -> dict[str, str]:
    stops = each.level == Severity.CONTRAINDICATED.value
    inform = each.level == Severity.INFORM.value
    return {
        "severity": each.severity,
        "level": each.level,
        "about": each.about,
        "because": shortened(each.because, 120),
        "reason": each.reason if stops or not room.plain else "",
        "action": "" if inform and room.short else each.action,
        "override": shortened(each.override, 300),
        "basis": each.basis,
        "judgement": "" if room.plain else each.judgement,
        "sources": sources,
        "rule": each.rule,
    }
