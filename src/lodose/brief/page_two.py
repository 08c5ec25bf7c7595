"""What the prescriber reads on page two, with or without the opioid-free intervals."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from lodose.brief import facts as known
from lodose.brief import judging
from lodose.brief.medicines import medicine_lines
from lodose.brief.model import Fired, JudgedBy, MedicineLine, PageTwo, Reader, Said
from lodose.evidence.pages import ConditionPage
from lodose.language import full_date, listing, short_date, translatable, translate
from lodose.regimen import Liquid, Plan, Product
from lodose.report.words import clean
from lodose.screening import Event, Facts, Finding, Lab, Screening
from lodose.screening.views import SEVERITIES, interval_says

# Rules whose words to a prescriber name days or hours around opioids.
WITHHELD = ("OPI-", "PLN-")
# A section of a label may be named by the days that it asks for.
_TIME = re.compile(
    r"(?:\d|\b(?:two|three|four|five|seven|ten|fourteen))\s*(?:h|hours?|days?|weeks?|months?)\b",
    re.IGNORECASE,
)
NOT_HERE = translatable(
    "This copy belongs to the person. Opioid-free intervals, with their sources, stand only in the "
    "prescriber's copy (signed in, or lodose brief --for prescriber)."
)
HERE = translatable(
    "Opioid-free intervals are for you and not for the person: do not hand this page on."
)
NOT_NOW = translatable("Not while something speaks against a start: you decide.")
NONE_FIRED = translatable("Nothing that was told fired a rule about opioids.")


def page_two(
    found: Screening,
    facts: Facts,
    page: ConditionPage,
    *,
    plan: Plan | None,
    product: Product | None,
    judged: JudgedBy,
    reader: Reader,
) -> PageTwo:
    """Return page two for a reader."""
    full = reader == "prescriber"
    stops = any(each.stops for each in found.findings)
    shown_plan = plan if full or not stops else None
    compounding = known.compounding(_kind(product))
    monitoring = known.monitoring(reader)
    evidence = _evidence(page)
    fired = tuple(_fired(each, full=full) for each in found.findings)
    sources = [source for each in fired for source in each.sources]
    for said in (*compounding, *monitoring, *evidence):
        sources += said.sources
    if shown_plan is not None:
        sources += [shown_plan.source] if shown_plan.grade not in "JP" else []
        sources += judging.judged_sources(shown_plan, judged)
    if not full:
        fired = tuple(replace(each, sources=_without_times(each.sources)) for each in fired)
        compounding, monitoring, evidence = (
            tuple(replace(each, sources=_without_times(each.sources)) for each in said)
            for said in (compounding, monitoring, evidence)
        )
        sources = list(_without_times(sources))
    return PageTwo(
        intervals=_intervals(found) if full else (),
        intervals_note=_note(found, full=full),
        fired=fired,
        medicines=_medicines(found, facts, full=full),
        told=_told(facts, full=full),
        dosing_note=translate(NOT_NOW) if stops else "",
        steps=judging.steps(shown_plan, product) if shown_plan is not None else (),
        compounding=compounding,
        monitoring=monitoring,
        evidence=evidence,
        sources=tuple(dict.fromkeys(sources)),
    )


def _kind(product: Product | None) -> str:
    if product is None:
        return ""
    return "liquid" if isinstance(product, Liquid) else "capsules"


def withheld(found: Finding) -> bool:
    """Whether a rule's words to a prescriber may name a time at which opioids are possible."""
    return found.rule.interval is not None or found.rule.id.startswith(WITHHELD)


def _without_times(sources: Iterable[str]) -> tuple[str, ...]:
    """Name the source without the section whose name tells a time."""
    cut = (each.rpartition(": ")[0] or each if _TIME.search(each) else each for each in sources)
    return tuple(dict.fromkeys(each for each in cut if not _TIME.search(each)))


def _fired(found: Finding, *, full: bool) -> Fired:
    rule, override = found.rule, found.override
    told = full or not withheld(found)
    decision = ""
    if override is not None and full:
        decision = translate("Overridden by {by} on {day}: {reason}").format(
            by=clean(override.by), day=full_date(override.on), reason=clean(override.reason)
        )
    return Fired(
        rule=rule.id,
        severity=translate(SEVERITIES[rule.severity]),
        level="overridden" if override else rule.severity.value,
        about=translate(rule.title),
        because=clean(listing(list(found.fired_by))),
        reason=translate(rule.reason) if told else "",
        action=translate(rule.for_prescriber) if told else "",
        override=decision,
        basis=rule.basis,
        judgement=translate(rule.judgement) if told else "",
        sources=tuple(source.place for source in rule.sources),
    )


def _intervals(found: Screening) -> tuple[str, ...]:
    """Every interval once with what it is for, the latest date first."""
    dated = sorted(
        (each for each in found.findings if each.rule.interval is not None),
        key=lambda each: each.not_before or date.max,
        reverse=True,
    )
    lines = (
        translate("{because}: {interval}").format(
            because=clean(listing(list(each.fired_by))), interval=interval_says(each)
        )
        for each in dated
    )
    return tuple(dict.fromkeys(lines))


def _note(found: Screening, *, full: bool) -> str:
    if not full:
        return translate(NOT_HERE)
    return translate(HERE if _intervals(found) else NONE_FIRED)


def _medicines(found: Screening, facts: Facts, *, full: bool) -> tuple[MedicineLine, ...]:
    days = {clean(each.name): each.last_dose for each in facts.medicines or () if each.last_dose}
    lines = []
    for line in medicine_lines(found, facts):
        day = days.get(line.entered)
        taken = line.taken
        if full and day is not None:
            last = translate("last dose {day}").format(day=short_date(day))
            taken = f"{taken}, {last}" if taken else last
        lines.append(MedicineLine(line.entered, line.understood, line.reading, taken))
    return tuple(lines)


def _told(facts: Facts, *, full: bool) -> tuple[tuple[str, str], ...]:
    """Everything else that was told, and what nobody asked."""
    not_asked, none = translate("not asked"), translate("none")

    def said(items: tuple[str, ...] | None) -> str:
        if items is None:
            return not_asked
        return clean(listing(items)) if items else none

    labs = None if facts.labs is None else tuple(_lab(each) for each in facts.labs)
    events = (
        None if facts.events is None else tuple(_event(each, full=full) for each in facts.events)
    )
    alcohol = {True: translate("yes"), False: translate("no"), None: not_asked}[facts.alcohol]
    return (
        (translate("Illnesses"), said(facts.conditions)),
        (translate("Allergies"), said(facts.allergies)),
        (translate("Laboratory"), said(labs)),
        (translate("Planned"), said(events)),
        (translate("Pregnancy"), translate(facts.pregnancy or "not asked")),
        (translate("Alcohol"), alcohol),
        (translate("Natural pain products"), said(facts.natural_products)),
    )


def _event(event: Event, *, full: bool) -> str:
    return f"{event.kind} ({short_date(event.on)})" if full and event.on else event.kind


def _lab(lab: Lab) -> str:
    name, value, limit = lab.name, lab.value, lab.upper_limit
    if limit is None:
        return f"{name} {value:g}"
    return translate("{name} {value} (upper limit {limit})").format(
        name=name, value=f"{value:g}", limit=f"{limit:g}"
    )


def _evidence(page: ConditionPage) -> tuple[Said, ...]:
    """Every point of the condition, with where it can be looked up."""
    return tuple(
        Said(point.text, tuple(one.identifier for one in point.sources)) for point in page.found
    )
