"""Where somebody stands in a plan, what is proposed next, and who decided.

Nothing changes by itself: `propose` looks at how it went and proposes; only `decided` makes a new
course, and keeps who decided what and when.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from lodose.errors import InputError
from lodose.language import full_date, translatable, translate
from lodose.regimen.doses import in_mg
from lodose.regimen.moves import OPIOID, PERSON, Move, capital, named
from lodose.regimen.plan import Plan

SETTLED_GAP = 7
# 72 hours or more: three whole days between an evening dose and an operation in the morning.
BEFORE_SURGERY = timedelta(days=4)
SURGERY_SOURCE = (
    "https://www.anaesthesiacollective.com/breaking-through-the-block-perioperative-strategies-"
    "for-patients-on-naltrexone/"
)
MISSED_SOURCE = "http://moravek.org/ovisnosti/0naltrexone1.htm"
LABEL = "https://drugcentral.org/label/adb7c4dc-221a-4d91-9687-0d78913a92ad/view"
INTERVAL_SOURCE = "https://prescriberpoint.com/therapies/naltrexone-hydrochloride-0f30f88"
JUDGEMENT = translatable("the project's judgement")
SideEffects = Literal["none", "settled", "bothersome", "too much"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was made, kept for good.

    Attributes
    ----------
    by
        The prescriber who decided.
    recorded_by
        Who entered it: the prescriber, or the person for what was agreed with the prescriber.
    """

    on: date
    by: str
    recorded_by: Literal["prescriber", "person"]
    move: Move
    from_ug: int
    to_ug: int
    agreed: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """Where somebody stands.

    Attributes
    ----------
    at
        Place of the current step in the plan, from 0.
    since
        First day at this step.
    time_of_day
        When it is taken.
    state
        "taking", "paused" or "stopped".
    stepped_back
        How often the step above this one had to be given up.
    decisions
        Everything decided so far, the oldest first.
    """

    plan: Plan
    since: date
    at: int = 0
    time_of_day: Literal["morning", "evening"] = "evening"
    state: Literal["taking", "paused", "stopped"] = "taking"
    stepped_back: int = 0
    decisions: tuple[Decision, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.at < len(self.plan.steps):
            raise InputError(
                "is no step of this plan",
                f"its steps are 1 to {len(self.plan.steps)}.",
                column="step",
                value=self.at + 1,
            )

    @property
    def dose_ug(self) -> int:
        """The dose of the current step; 0 while paused or stopped."""
        return self.plan.steps[self.at].dose_ug if self.state == "taking" else 0


@dataclass(frozen=True, slots=True)
class Report:
    """How it went since the last decision.

    Attributes
    ----------
    side_effects
        "settled" is what was there and has gone or is no bother.
    sleep_suffers
        Sleeplessness or vivid dreams that bother.
    missed_days
        Days in a row without a dose, up to today.
    opioid
        Whether any opioid was taken or is needed now.
    surgery
        Day of a planned operation at which opioids may be needed.
    wants_to_stop
        Whether the person wishes to stop.
    """

    side_effects: SideEffects = "none"
    sleep_suffers: bool = False
    missed_days: int = 0
    opioid: bool = False
    surgery: date | None = None
    wants_to_stop: bool = False

    def __post_init__(self) -> None:
        if self.missed_days < 0:
            raise InputError(
                "is no number of days", "count from 0.", column="missed", value=self.missed_days
            )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed; nothing has changed yet.

    Attributes
    ----------
    to_ug
        The dose that would be taken; 0 for none.
    for_person, for_prescriber
        In the words of either; the person gets no date at which opioids would be possible.
    source
        Where it stands; "the project's judgement" where it stands nowhere.
    """

    move: Move
    from_ug: int
    to_ug: int
    for_person: str
    for_prescriber: str
    source: str


def propose(course: Course, report: Report, *, on: date) -> Proposal:
    """Propose what to do next; the most urgent reason wins.

    Parameters
    ----------
    course : Course
        Where somebody stands.
    report : Report
        How it went.
    on : date
        The day of asking.

    Raises
    ------
    InputError
        Where the day lies before the current step, or an operation in the past.

    Examples
    --------
    >>> from lodose.regimen.plan import ready
    >>> course = Course(ready("cautious"), since=date(2026, 5, 1))
    >>> propose(course, Report(side_effects="settled"), on=date(2026, 5, 15)).move.value
    'step up'
    """
    if on < course.since:
        raise InputError(
            f"lies before this step was begun, {course.since.isoformat()}",
            "correct one of the two days.",
            column="today",
            value=on.isoformat(),
        )
    if report.surgery is not None and report.surgery < on:
        raise InputError(
            "is over", "leave it out.", column="surgery", value=report.surgery.isoformat()
        )
    return _urgent(course, report, on) or _usual(course, report, on)


def _urgent(course: Course, report: Report, on: date) -> Proposal | None:
    """What does not wait for the days of a step."""
    if report.opioid:
        why = translate("An opioid was taken or is needed.")
        return _proposal(course, Move.STOP, 0, why, LABEL, OPIOID)
    if report.wants_to_stop:
        why = translate(
            "The person wishes to stop. The label names no dependence; no taper is needed."
        )
        return _proposal(course, Move.STOP, 0, why, LABEL)
    if report.surgery is not None:
        why = _before_surgery(report.surgery, on)
        return _proposal(course, Move.PAUSE, 0, why, SURGERY_SOURCE)
    if course.state != "taking" or report.missed_days >= SETTLED_GAP:
        why = translate(
            "After a gap of {days} days or more, from the first dose again (the project's "
            "judgement). Ask about opioids in the meantime before restarting (the label of the "
            "depot, by analogy)."
        ).format(days=SETTLED_GAP)
        return _proposal(course, Move.RESTART, _first(course), why, JUDGEMENT)
    return None


def _before_surgery(surgery: date, on: date) -> str:
    """Say the last day of a dose; where it is over, that the anaesthetist has to know."""
    last = surgery - BEFORE_SURGERY
    why = translate(
        "Last dose on {last} or earlier: 72 hours or more before {surgery}, if opioids may be "
        "needed; the anaesthetist decides. Restart at the first dose, 7 to 10 days after the "
        "last short-acting opioid, longer after a long-acting one ({source}). No guideline "
        "speaks of low doses."
    ).format(last=full_date(last), surgery=full_date(surgery), source=INTERVAL_SOURCE)
    if last >= on:
        return why
    late = translate(
        "The day of the last dose is over: give no further one, and let the anaesthetist know when "
        "the last was taken."
    )
    return f"{late} {why}"


def _usual(course: Course, report: Report, on: date) -> Proposal:
    step = course.plan.steps[course.at]
    dose = course.dose_ug
    if report.side_effects == "too much":
        return _back(course)
    if report.sleep_suffers and course.time_of_day == "evening":
        why = translate(
            "Sleep suffers: morning instead of evening. No trial compared times of day."
        )
        source = "https://sites.google.com/view/ldnno/dosering"
        return _proposal(course, Move.MORNING, dose, why, source)
    if report.side_effects == "bothersome" or report.sleep_suffers:
        why = translate("Side effects have not settled: hold.")
        return _proposal(course, Move.HOLD, dose, why, course.plan.source)
    if report.missed_days:
        why = translate(
            "Doses were missed: the same day if remembered, otherwise skip, never double."
        )
        return _proposal(course, Move.TAKE_LATE, dose, why, MISSED_SOURCE)
    if course.at == len(course.plan.steps) - 1:
        why = translate("The target of the plan.")
        return _proposal(course, Move.REACHED, dose, why, course.plan.source)
    if course.stepped_back:
        why = translate("The step above was not tolerated: this may be the highest tolerated dose.")
        return _proposal(course, Move.HIGHEST_TOLERATED, dose, why, course.plan.source)
    stayed = (on - course.since).days
    if stayed < step.days:
        why = translate("{stayed} of {days} days at this step.").format(
            stayed=stayed, days=step.days
        )
        return _proposal(course, Move.STAY, dose, why, course.plan.source)
    to = course.plan.steps[course.at + 1].dose_ug
    why = translate("{stayed} days at this step and nothing unsettled.").format(stayed=stayed)
    return _proposal(course, Move.STEP_UP, to, why, course.plan.source)


def _back(course: Course) -> Proposal:
    if course.at == 0:
        why = translate("The first dose is already too much: stop, or a lower first dose.")
        return _proposal(course, Move.STOP, 0, why, JUDGEMENT)
    to = course.plan.steps[course.at - 1].dose_ug
    return _proposal(course, Move.STEP_BACK, to, translate("Not tolerated."), course.plan.source)


def _first(course: Course) -> int:
    return course.plan.steps[0].dose_ug


def _proposal(
    course: Course, move: Move, to: int, why: str, source: str, text: str | None = None
) -> Proposal:
    said = translate(text or PERSON[move]).format(dose=in_mg(course.dose_ug), to=in_mg(to))
    doctor = translate("{move}: {dose} to {to}. {why}").format(
        move=capital(named(move)), dose=in_mg(course.dose_ug), to=in_mg(to), why=why
    )
    return Proposal(move, course.dose_ug, to, said, doctor, translate(source))


def decided(
    course: Course,
    proposal: Proposal,
    *,
    by: str,
    on: date,
    recorded_by: Literal["prescriber", "person"] = "prescriber",
    agreed: bool = True,
    reason: str = "",
) -> Course:
    """Return the course after a prescriber's decision, with the decision kept.

    Parameters
    ----------
    course, proposal
        What was proposed for what.
    by : str
        The prescriber who decided; where the person records it, whom it was agreed with.
    on : date
        Day of the decision.
    recorded_by : {"prescriber", "person"}
        Who enters it.
    agreed : bool
        False where the prescriber decides against the proposal: the course stays as it is.
    reason : str
        Kept with the decision.

    Raises
    ------
    InputError
        Without a name, or where the proposal was made for another dose than the current one.
    """
    if not by.strip():
        raise InputError(
            "is missing",
            "name the prescriber who decides; nothing changes without.",
            column="by",
        )
    if proposal.from_ug != course.dose_ug or on < course.since:
        raise InputError(
            "was made for another dose or an earlier day",
            "ask for a new proposal.",
            column="proposal",
            value=proposal.move.value,
        )
    decision = Decision(
        on=on,
        by=by.strip(),
        recorded_by=recorded_by,
        move=proposal.move,
        from_ug=proposal.from_ug,
        to_ug=proposal.to_ug,
        agreed=agreed,
        reason=reason.strip(),
    )
    kept = replace(course, decisions=(*course.decisions, decision))
    return _moved(kept, proposal.move, on) if agreed else kept


def _moved(course: Course, move: Move, on: date) -> Course:
    if move is Move.STEP_UP:
        return replace(course, at=course.at + 1, since=on)
    if move is Move.STEP_BACK:
        return replace(course, at=course.at - 1, since=on, stepped_back=course.stepped_back + 1)
    if move is Move.MORNING:
        return replace(course, time_of_day="morning")
    if move is Move.PAUSE:
        return replace(course, state="paused", since=on)
    if move is Move.STOP:
        return replace(course, state="stopped", since=on)
    if move is Move.RESTART:
        return replace(course, at=0, since=on, state="taking", stepped_back=0)
    return course
