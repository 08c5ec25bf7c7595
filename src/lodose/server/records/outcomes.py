"""Which questions the daily check-in asks; they are fixed while a trial runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lodose.diary import read_instruments
from lodose.diary.reading import RESERVED_COLUMNS
from lodose.server.audit.chain import add_event, lock_chain, record
from lodose.server.records.entries import spelt
from lodose.server.records.models import Outcome, Person, Trial
from lodose.server.records.problems import DecisionError

MOST_QUESTIONS = 5
ZERO_TO_TEN = Decimal(10)  # the range of every question that begins here; files bring others
TENTH = Decimal("0.1")
TENTH_OF_RANGE = ZERO_TO_TEN * TENTH


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that may be chosen, rated 0 to 10 in whole steps.

    ``label`` and the texts beside it may be lazy translations; they are stored as the person
    reads them. ``instrument`` is "" for a plain rating; ``own`` marks one that was worded just
    now, whose name is settled when it is kept.
    """

    name: str
    label: Any
    question: Any
    low_label: Any
    high_label: Any
    better: str
    instrument: str = ""
    own: bool = False

    @property
    def mcid(self) -> Decimal:
        """Smallest change that matters as long as the person names none."""
        tool = read_instruments().get(self.instrument)
        return tool.mcid if tool is not None and tool.mcid is not None else TENTH_OF_RANGE

    @property
    def mcid_source(self) -> str:
        """Where that comes from, in words."""
        tool = read_instruments().get(self.instrument)
        if tool is None or tool.mcid is None:
            return _("A tenth of the range: nothing measured stands behind it.")
        return f"{tool.mcid_source} {tool.identifier}"


READY: tuple[Choice, ...] = (
    Choice(
        "pain",
        gettext_lazy("Pain"),
        gettext_lazy("How strong was your pain on average over the last 24 hours?"),
        gettext_lazy("no pain"),
        gettext_lazy("the worst you can imagine"),
        "lower",
        "pain-nrs",
    ),
    Choice(
        "sleep",
        gettext_lazy("Sleep last night"),
        gettext_lazy("How well did you sleep last night?"),
        gettext_lazy("very badly"),
        gettext_lazy("very well"),
        "higher",
    ),
    Choice(
        "tiredness",
        gettext_lazy("Tiredness"),
        gettext_lazy("How tired were you on average over the last 24 hours?"),
        gettext_lazy("not at all"),
        gettext_lazy("worn out"),
        "lower",
    ),
    Choice(
        "stiffness",
        gettext_lazy("Stiffness"),
        gettext_lazy("How stiff were you on average over the last 24 hours?"),
        gettext_lazy("not at all"),
        gettext_lazy("could hardly move"),
        "lower",
    ),
    Choice(
        "mood",
        gettext_lazy("Mood"),
        gettext_lazy("How was your mood on average over the last 24 hours?"),
        gettext_lazy("very low"),
        gettext_lazy("very good"),
        "higher",
    ),
    Choice(
        "activity",
        gettext_lazy("Able to do things"),
        gettext_lazy("How well could you do what you wanted to do over the last 24 hours?"),
        gettext_lazy("not at all"),
        gettext_lazy("everything"),
        "higher",
    ),
)


def own_choice(
    label: str, low_label: str, high_label: str, better: str, *, besides: Collection[str] = ()
) -> Choice:
    """Return a question that the person worded, under a name that a diary file can carry.

    ``besides`` are the names of the questions that may be chosen with it.
    """
    name = slugify(label)[:36].strip("-") or "own-question"
    taken = {each.name for each in READY} | set(RESERVED_COLUMNS)
    if name in taken:
        name = f"{name}-own"
    name = _free_name(name, besides)
    return Choice(name, label, "", low_label, high_label, better, own=True)


def outcomes_of(person: Person) -> list[Outcome]:
    """Return the questions that are asked now, in order."""
    return list(Outcome.objects.filter(person=person, archived_at=None))


def primary_of(person: Person) -> Outcome | None:
    """Return the one question that may carry the answer's word."""
    return Outcome.objects.filter(person=person, archived_at=None, primary=True).first()


def outcomes_locked(person: Person) -> bool:
    """Whether a trial runs: its questions were fixed before its first day."""
    return Trial.objects.filter(person=person, status=Trial.Status.RUNNING).exists()


def choose_outcomes(
    person: Person, choices: Sequence[Choice], *, primary: str, mcid: Decimal | None = None
) -> list[Outcome]:
    """Set which questions are asked every day; those left out are kept and asked no more.

    Parameters
    ----------
    person : Person
        Whose check-in.
    choices : sequence of Choice
        1 to 5, in the order in which they are asked.
    primary : str
        Name of the one that may carry the answer's word.
    mcid : decimal.Decimal, optional
        The smallest change that would be worth a daily capsule to this person.

    Raises
    ------
    DecisionError
        If a trial runs, or a choice cannot be. Nothing was written.
    """
    with transaction.atomic():
        locked = lock_chain(person.chain_id)
        if outcomes_locked(person):
            raise DecisionError({"outcomes": _("The questions are fixed while a trial runs.")})
        known = {each.name: each for each in Outcome.objects.filter(person=person)}
        named = [_named_apart(choice, known) for choice in choices]
        names = [choice.name for choice in named]
        said = [choice.name for choice in choices]
        primary = names[said.index(primary)] if primary in said else primary
        _check(names, primary, mcid, known)
        for position, choice in enumerate(named, 1):
            outcome = known.get(choice.name) or _made(person, choice)
            outcome.position = position
            outcome.primary = choice.name == primary
            outcome.archived_at = None
            if outcome.primary:
                outcome.mcid = mcid or _usual_mcid(outcome, choice)
            outcome.save()
        Outcome.objects.filter(person=person, archived_at=None).exclude(name__in=names).update(
            archived_at=timezone.now(), primary=False
        )
        chosen = {"outcomes": names, "primary": primary, "mcid": mcid and str(mcid)}
        add_event(locked, "outcomes-chosen", chosen)
    return outcomes_of(person)


def _named_apart(choice: Choice, known: dict[str, Outcome]) -> Choice:
    """Give an own question a name that no other question had: its days are never another's.

    The same words, with the same ends and the same end better, are the same question again.
    """
    if not choice.own:
        return choice
    for there in known.values():
        if _is_the_same(there, choice):
            return replace(choice, name=there.name)
    return replace(choice, name=_free_name(choice.name, known))


def _free_name(name: str, taken: Collection[str]) -> str:
    names = chain([name], (f"{name[:36]}-{number}" for number in count(2)))
    return next(each for each in names if each not in taken)


def _is_the_same(outcome: Outcome, choice: Choice) -> bool:
    return (outcome.label, outcome.low_label, outcome.high_label, outcome.better) == (
        str(choice.label)[:120],
        str(choice.low_label)[:40],
        str(choice.high_label)[:40],
        choice.better,
    ) and (outcome.minimum, outcome.maximum) == (Decimal(0), ZERO_TO_TEN)


def _usual_mcid(outcome: Outcome, choice: Choice) -> Decimal:
    """Return what stands in where the person names no smallest change, on the question's scale."""
    width = outcome.maximum - outcome.minimum
    return choice.mcid if width == ZERO_TO_TEN else outcome.mcid or width * TENTH


def _check(names: list[str], primary: str, mcid: Decimal | None, known: dict[str, Outcome]) -> None:
    if not 1 <= len(names) <= MOST_QUESTIONS:
        raise DecisionError(
            {
                "outcomes": _("Choose 1 to %(most)d questions; fewer are kept up more easily.")
                % {"most": MOST_QUESTIONS}
            }
        )
    if len(set(names)) < len(names):
        raise DecisionError({"outcomes": _("Two questions have the same name. Change one.")})
    if primary not in names:
        raise DecisionError({"primary": _("Choose one of the questions that you ask every day.")})
    there = known.get(primary)
    width = ZERO_TO_TEN if there is None else there.maximum - there.minimum
    if mcid is not None and not 0 < mcid < width:
        raise DecisionError(
            {"mcid": _("Write a number above 0 and below %(width)s.") % {"width": spelt(width)}}
        )


def _made(person: Person, choice: Choice) -> Outcome:
    return Outcome(
        person=person,
        name=choice.name,
        label=str(choice.label)[:120],
        question=str(choice.question),
        low_label=str(choice.low_label)[:40],
        high_label=str(choice.high_label)[:40],
        instrument=choice.instrument,
        better=choice.better,
    )


def settle_in(person: Person, *, time_zone: str, hopes: str) -> None:
    """Keep where the person lives by the clock, and what they hope for."""
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(time_zone=time_zone, hopes=hopes)
        record(person.chain_id, "record-settled", {"time_zone": time_zone, "hopes": hopes})
    person.time_zone, person.hopes = time_zone, hopes
