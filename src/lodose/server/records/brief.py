"""The brief for the visit: what the person writes for it, and what the record adds."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lodose.brief import Brief, JudgedBy, make_brief, pdf
from lodose.brief.model import Reader
from lodose.diary import read_instruments
from lodose.evidence import read_evidence
from lodose.language import nearest, speaking, translate
from lodose.server.audit.chain import add_event, lock_chain
from lodose.server.records.before_models import BriefWords
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person
from lodose.server.records.outcomes import outcomes_of
from lodose.server.records.problems import DecisionError
from lodose.server.records.question_words import words_of
from lodose.server.records.regimen import chosen_plan, holds, plan_of, product_of
from lodose.server.records.schedules import running_trial
from lodose.server.records.screening import facts_of, screened

LONGEST = 600
LONGEST_NAME = 120
MOST_QUESTIONS = 10
FILE_NAME = "brief.pdf"  # no day, no name, nothing of health


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes for the brief.

    ``condition`` is an identifier of the evidence or "" where none fits.
    """

    condition: str = ""
    shown_name: str = ""
    why: str = ""
    tried: str = ""
    questions: tuple[str, ...] = ()


def conditions() -> list[tuple[str, str]]:
    """Return what a brief can be about: identifier and name in the reader's language."""
    with speaking(nearest(get_language() or "en")):
        named = [
            (one.id, translate(one.name))
            for one in read_evidence().conditions.values()
            if not one.topic
        ]
    return sorted(named, key=lambda pair: pair[1].casefold())


def written_by(person: Person) -> Written:
    """Return what was written; before that the name of the account and the hopes."""
    kept = BriefWords.objects.filter(person=person).first()
    if kept is None:
        return Written(shown_name=person.user.shown_name[:LONGEST_NAME], why=person.hopes[:LONGEST])
    return Written(
        kept.condition,
        kept.shown_name,
        kept.why,
        kept.tried,
        tuple(line for line in kept.questions.splitlines() if line.strip()),
    )


def keep_written(person: Person, written: Written) -> None:
    """Keep what a person wrote.

    Raises
    ------
    DecisionError
        Naming the fields that cannot be. Nothing was written.
    """
    problems: dict[str, str] = {}
    if written.condition and written.condition not in dict(conditions()):
        problems["condition"] = _("Choose one of the illnesses that are listed, or none.")
    limits = {
        "shown_name": (written.shown_name, LONGEST_NAME),
        "why": (written.why, LONGEST),
        "tried": (written.tried, LONGEST),
        "questions": ("\n".join(written.questions), LONGEST),
    }
    for name, (text, longest) in limits.items():
        if len(text) > longest:
            problems[name] = _("Write at most %(most)d characters.") % {"most": longest}
    if len(written.questions) > MOST_QUESTIONS:
        problems["questions"] = _("Write at most %(most)d questions.") % {"most": MOST_QUESTIONS}
    if problems:
        raise DecisionError(problems)
    with transaction.atomic():
        chain = lock_chain(person.chain_id)
        content = {
            "condition": written.condition,
            "shown_name": written.shown_name,
            "why": written.why,
            "tried": written.tried,
            "questions": "\n".join(written.questions),
        }
        BriefWords.objects.update_or_create(
            person=person, defaults={**content, "changed_at": timezone.now()}
        )
        add_event(chain, "brief-written", content)


def brief_of(person: Person, *, reader: Reader) -> Brief | None:
    """Return the brief in the language of whoever reads; None while a schedule is sealed.

    A person's holds no opioid-free interval and no date counted from one.
    """
    held = holds(person)
    if held == "sealed":
        return None
    written = written_by(person)
    known = dict(conditions())
    chosen = None if held else chosen_plan(person)
    with speaking(nearest(get_language() or "en")):
        return make_brief(
            facts_of(person),
            on=today_of(person),
            condition=written.condition if written.condition in known else "",
            who=written.shown_name,
            why=written.why,
            tried=written.tried,
            questions=written.questions,
            plan=None if chosen is None else plan_of(chosen),
            product=None if chosen is None else product_of(chosen),
            judged_by=_judged_by(person),
            screening=screened(person),
            reader=reader,
        )


def brief_pdf(person: Person, *, reader: Reader) -> bytes | None:
    """Return the brief as a PDF of two pages; None while a schedule is sealed."""
    made = brief_of(person, reader=reader)
    return None if made is None else pdf(made)


def _judged_by(person: Person) -> JudgedBy | None:
    """The main question of the check-in, over the periods where some were agreed."""
    primary = next((each for each in outcomes_of(person) if each.primary), None)
    if primary is None or not primary.mcid:
        return None
    tool = read_instruments().get(primary.instrument)
    own = tool is None or tool.mcid != primary.mcid
    trial = running_trial(person)
    first, weeks = None, None
    if trial is not None:
        periods = list(trial.periods.all())
        first = min(each.first_day for each in periods)
        last = max(each.last_day for each in periods)
        weeks = max(1, ceil((last - first + timedelta(days=1)).days / 7))
    return JudgedBy(
        str(words_of(primary).label),
        primary.mcid,
        "higher" if primary.better == "higher" else "lower",
        weeks=weeks,
        first_dose=first,
        source="" if own or tool is None else tool.identifier or "",
    )
