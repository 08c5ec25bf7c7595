"""Make a brief from what was told: the person's page."""

from collections.abc import Sequence
from datetime import date

from lodose.brief import judging
from lodose.brief.medicines import medicine_lines
from lodose.brief.model import Brief, FoundLine, JudgedBy, Reader, Said
from lodose.brief.page_two import page_two
from lodose.errors import InputError
from lodose.evidence import Evidence, read_evidence
from lodose.evidence.pages import ConditionPage, condition_page
from lodose.evidence.schema import Figure, Kind, Study
from lodose.evidence.words import PLACES, figure_text
from lodose.language import (
    current_language,
    full_date,
    habits,
    listing,
    speaking,
    translatable,
    translate,
)
from lodose.regimen import Plan, Product
from lodose.report.words import clean
from lodose.screening import (
    Facts,
    Finding,
    Outcome,
    Screening,
    Severity,
    Unclear,
    screen,
    view,
)
from lodose.screening.questions import QUESTIONS

LONGEST = 2000
MOST_QUESTIONS = 20
SENTENCES = 2
GENERAL = "general"
DECIDES = translatable(
    "This is what I bring to talk about, and no advice to start. My prescriber decides."
)
_CONTRASTS = {Kind.MEAN_DIFFERENCE, Kind.STANDARDISED, Kind.RISK_RATIO, Kind.RISK_DIFFERENCE}
_RATIOS = {Kind.RISK_RATIO}
_DIRECTIONS: dict[tuple[bool, str | None], str] = {
    (False, "lower"): translatable("below 0 is better"),
    (False, "higher"): translatable("above 0 is better"),
    (True, "lower"): translatable("below 1 is better"),
    (True, "higher"): translatable("above 1 is better"),
}


def make_brief(
    facts: Facts,
    *,
    on: date,
    condition: str = "",
    who: str = "",
    why: str = "",
    tried: str = "",
    questions: Sequence[str] = (),
    plan: Plan | None = None,
    product: Product | None = None,
    judged_by: JudgedBy | None = None,
    screening: Screening | None = None,
    reader: Reader = "person",
    language: str | None = None,
) -> Brief:
    """Make a brief.

    Parameters
    ----------
    facts : Facts
        What was told for screening.
    on : date
        The day it is written.
    condition : str
        Identifier of a condition of the evidence; "" where none fits.
    who, why, tried : str
        As the person says it, each up to 2000 characters; shortened to fit, and said to be.
    questions : sequence of str
        The person's own.
    plan, product
        What may be proposed; not shown to a person whom something speaks against.
    judged_by : JudgedBy, optional
        Pain from 0 to 10 where nobody chose.
    screening : Screening, optional
        Of the same facts, with a prescriber's overrides; made here otherwise.
    reader : {"person", "prescriber"}
        A person's brief holds no opioid-free interval and no date counted from one.
    language : str, optional
        A key of `lodose.language.LANGUAGES`; the current one otherwise.

    Raises
    ------
    InputError
        For text that is too long, an impossible fact, or a dose that the product cannot give.
    LodoseError
        For a condition that is not listed.
    """
    _check_lengths({"who": who, "why": why, "tried": tried}, questions)
    with speaking(language or current_language()):
        found = screening if screening is not None else screen(facts, on=on)
        judged = judged_by if judged_by is not None else judging.usual()
        judging.check(judged)
        known = read_evidence()
        page = condition_page(known, checked_condition(known, condition) or GENERAL)
        stops = found.outcome is Outcome.STOP
        told_plan = plan if plan is not None and not stops else None
        evidence = _evidence(known, page)
        lines = judging.plan_lines(told_plan, product) if told_plan is not None else ()
        return Brief(
            language=current_language(),
            region=habits().region,
            reader=reader,
            on=full_date(on),
            who=_who(who, facts),
            question=_question(page, condition),
            outcome=found.outcome.value,
            headline=str(view(found, "person")["headline"]),
            why=clean(why),
            tried=clean(tried),
            medicines=medicine_lines(found, facts),
            medicines_state=_medicines_state(facts),
            findings=_findings(found),
            evidence=evidence,
            evidence_note=_evidence_note(page, condition),
            certainty=_certainty(page),
            plan=lines,
            plan_note=_plan_note(found.outcome, told_plan),
            judged=() if stops else judging.judged_lines(plan, judged),
            questions=_questions(found, questions, told_plan),
            sources=_sources_of_page_one(evidence, told_plan, judged, stops=stops),
            missing=_missing(found, condition, why, tried, plan),
            decides=translate(DECIDES),
            page_two=page_two(
                found, facts, page, plan=plan, product=product, judged=judged, reader=reader
            ),
        )


def checked_condition(known: Evidence, name: str) -> str:
    """Return a condition that a brief can be about; "" stays "".

    Raises
    ------
    LodoseError
        Where it is not listed, with near names.
    """
    if name and known.condition(name).topic:
        raise InputError(
            "is a topic and no condition",
            "choose an illness of `lodose evidence`, or none.",
            column="condition",
            value=name,
        )
    return name


def _check_lengths(texts: dict[str, str], questions: Sequence[str]) -> None:
    for name, text in {**texts, "questions": "\n".join(questions)}.items():
        if len(text) > LONGEST:
            raise InputError(
                f"is longer than {LONGEST} characters ({len(text)})",
                "say in a few sentences what the prescriber has to know.",
                column=name,
            )
    if len(questions) > MOST_QUESTIONS:
        raise InputError(
            f"are more than {MOST_QUESTIONS}",
            "keep those that have to be settled at this visit.",
            column="questions",
            value=len(questions),
        )


def _who(who: str, facts: Facts) -> str:
    name = clean(who)
    if facts.age is None:
        return name
    age = translate("{age} years old").format(age=facts.age)
    return f"{name}, {age}" if name else age


def _question(page: ConditionPage, condition: str) -> str:
    if not condition:
        return translate("May low-dose naltrexone be tried?")
    return translate("{condition}: may low-dose naltrexone be tried?").format(condition=page.name)


def _medicines_state(facts: Facts) -> str:
    if facts.medicines is None:
        return translate("Nobody asked yet which medicines are taken.")
    return "" if facts.medicines else translate("None.")


def _findings(found: Screening) -> tuple[FoundLine, ...]:
    shown = view(found, "person")["findings"]
    return tuple(
        FoundLine(
            severity=told["severity"],
            level="overridden" if each.override else each.rule.severity.value,
            about=told["about"],
            because=clean(listing(told["because"])),
            do=told["do"],
        )
        for each, told in zip(found.findings, shown, strict=True)
    )


def _evidence(known: Evidence, page: ConditionPage) -> tuple[Said, ...]:
    """The two largest trials, each in the sentence written for it; else what else was found."""
    trials = [one for one in known.studies_of(page.id) if one.controlled and not one.part_of]
    said = [_trial(one) for one in trials[:SENTENCES]]
    cited = {one.id for one in trials[:SENTENCES]}
    for point in page.found:
        if len(said) == SENTENCES:
            break
        if not {source.study for source in point.sources} <= cited:
            sources = tuple(source.identifier for source in point.sources)
            read = listing(list(dict.fromkeys(source.read for source in point.sources)))
            said.append(Said(point.text, sources, read))
    return tuple(said)


def _trial(study: Study) -> Said:
    text = translate(study.sentence)
    figure = _contrast(study)
    if figure is not None:
        text = translate("{sentence} Difference from placebo ({direction}): {difference}.").format(
            sentence=text,
            direction=translate(_DIRECTIONS[figure.kind in _RATIOS, figure.better]),
            difference=figure_text(figure),
        )
    places = dict.fromkeys(translate(PLACES[place]) for place in study.read)
    return Said(text, (study.citation.identifier,), listing(list(places)))


def _contrast(study: Study) -> Figure | None:
    """The main comparison with placebo, where its size was published."""
    return next(
        (
            one
            for one in study.figures
            if one.kind in _CONTRASTS
            and one.versus == "placebo"
            and one.better is not None
            and not (one.harm or one.weak)
        ),
        None,
    )


def _evidence_note(page: ConditionPage, condition: str) -> str:
    if not condition:
        return translate("No condition was chosen; this is of all conditions together.")
    return page.warning


def _certainty(page: ConditionPage) -> str:
    return translate("How sure ({whose}): {certainty}. {about}.").format(
        whose=page.rating.heading,
        certainty=page.rating.certainty,
        about=_capital(page.rating.about),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plan_note(outcome: Outcome, plan: Plan | None) -> str:
    if outcome is Outcome.STOP:
        return translate(
            "No plan stands here, because something speaks against a start. Talk first; the "
            "prescriber decides."
        )
    if plan is None:
        return translate("No plan was chosen yet: that is to be settled at the visit.")
    if outcome is Outcome.ASK:
        return translate("Only once the open questions are answered.")
    return ""


def _questions(found: Screening, own: Sequence[str], plan: Plan | None) -> tuple[str, ...]:
    lines = [clean(each) for each in own]
    lines += [_open(each) for each in found.unclear]
    settle = [each for each in found.findings if each.rule.severity in _TO_SETTLE]
    # Several rules about the same medicine make one question.
    firsts = {each.fired_by: each for each in reversed(settle)}
    lines += [_settle(each) for each in settle if firsts[each.fired_by] is each]
    lines += [translate(QUESTIONS[name]) for name in found.not_asked]
    if plan is None and found.outcome is not Outcome.STOP:
        lines.append(translate("With which doses and which product would we begin?"))
    if found.outcome is not Outcome.STOP:
        lines.append(translate("Whom do I call when something goes wrong?"))
    return tuple(dict.fromkeys(line for line in lines if line))


_TO_SETTLE = (Severity.CONTRAINDICATED, Severity.NEEDS_SPECIALIST, Severity.CAUTION)


def _open(unclear: Unclear) -> str:
    entered = clean(unclear.entered)
    if unclear.offers:
        return translate("What is '{entered}'? It may be {offers}, or something else.").format(
            entered=entered, offers=translate(" or ").join(unclear.offers)
        )
    if unclear.maybe_opioid:
        return translate("What is in '{entered}'? It may hold an opioid.").format(entered=entered)
    return translate("What is '{entered}'? It was not understood.").format(entered=entered)


def _settle(found: Finding) -> str:
    about = translate(found.rule.title)
    because = clean(listing(list(found.fired_by)))
    if found.stops:
        text = translate("{about} ({because}): what would be possible instead?")
    elif found.rule.severity is Severity.NEEDS_SPECIALIST:
        text = translate("{about} ({because}): which specialist should look at it?")
    else:
        text = translate("{about} ({because}): what do we do about it?")
    return text.format(about=about, because=because)


def _sources_of_page_one(
    evidence: Sequence[Said], plan: Plan | None, judged: JudgedBy, *, stops: bool
) -> tuple[str, ...]:
    found = [source for said in evidence for source in said.sources]
    if plan is not None and plan.grade not in "JP":
        found.append(plan.source)
    if not stops:
        found += judging.judged_sources(plan, judged)
    return tuple(dict.fromkeys(found))


def _missing(
    found: Screening, condition: str, why: str, tried: str, plan: Plan | None
) -> tuple[str, ...]:
    present = {
        "condition": condition,
        "why": clean(why),
        "tried": clean(tried),
        "plan": plan,
        "screening": not (found.not_asked or found.unclear),
    }
    return tuple(name for name, there in present.items() if not there)
