"""What are the chances for me? People in 100 who improved, on it and on placebo.

Counts of a trial, nothing more: no model, and no prediction beyond the people who were in it.
"""

from dataclasses import dataclass
from math import sqrt

from lodose.errors import LodoseError
from lodose.evidence.catalogue import Evidence
from lodose.evidence.effects import NORMAL_95
from lodose.evidence.schema import Arm, Figure, Study
from lodose.evidence.words import CERTAINTIES, JUDGEMENT, PLACES, number
from lodose.language import translate


@dataclass(frozen=True, slots=True)
class Share:
    """People in 100 who improved, with the 95 % interval, and where that was read."""

    in_100: int
    lower: int
    upper: int
    share: float
    people: int
    study: str
    name: str
    identifier: str
    url: str
    place: str


@dataclass(frozen=True, slots=True)
class Chances:
    """Shares who improved, and how sure the project is of them.

    Attributes
    ----------
    active, placebo : Share
        In the one trial that counted both.
    other_placebo : Share
        On placebo in trials of other medicines.
    difference, difference_lower, difference_upper
        People in 100 who improved because of it, as far as the trial can tell.
    """

    condition: str
    name: str
    improvement: str
    active: Share
    placebo: Share
    other_placebo: Share
    difference: int
    difference_lower: int
    difference_upper: int
    certainty: str
    reason: str
    heading: str
    sentences: tuple[str, ...]

    @property
    def difference_lower_text(self) -> str:
        """The lower end with a proper minus sign."""
        return number(self.difference_lower, 0)

    @property
    def closing_sentences(self) -> tuple[str, ...]:
        """What the counts do not say."""
        return self.sentences[2:]


def chances(evidence: Evidence, condition_id: str) -> Chances:
    """Return the chances for a condition.

    Raises
    ------
    LodoseError
        For a condition of which no trial was read with people and groups.
    """
    condition = evidence.condition(condition_id)
    source = condition.chances
    if source is None:
        known = [one.id for one in evidence.conditions.values() if one.chances]
        raise LodoseError(
            f"{translate(condition.name)}: no trial was read with how many people improved on it "
            "and on placebo, out of how many, so no chance can be given. Mend: ask for the "
            f"chances in {', '.join(known)}, or see `lodose evidence --condition {condition.id}`."
        )
    study, figure = evidence.figure(source.shares)
    other_study, other = evidence.figure(source.placebo)
    active = _counted(study, figure, figure.active)
    placebo = _counted(study, figure, figure.comparator)
    gap, low, high = difference_of_shares(active, placebo)
    return Chances(
        condition=condition.id,
        name=translate(condition.name),
        improvement=translate(source.improvement),
        active=active,
        placebo=placebo,
        other_placebo=_published(other_study, other),
        difference=round(100 * gap),
        difference_lower=round(100 * low),
        difference_upper=round(100 * high),
        certainty=translate(CERTAINTIES[source.certainty]),
        reason=translate(source.reason),
        heading=translate(JUDGEMENT),
        sentences=_sentences(
            active, placebo, _published(other_study, other), translate(source.improvement)
        ),
    )


def wilson(events: int, people: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score method."""
    z2 = NORMAL_95**2
    share = events / people
    middle = (share + z2 / (2 * people)) / (1 + z2 / people)
    reach = NORMAL_95 * sqrt(share * (1 - share) / people + z2 / (4 * people**2))
    reach /= 1 + z2 / people
    return max(0.0, middle - reach), min(1.0, middle + reach)


def difference_of_shares(one: Share, other: Share) -> tuple[float, float, float]:
    """Return a difference of shares with the 95 % interval of Newcombe (1998, method 10)."""
    ends = [wilson(round(each.share * each.people), each.people) for each in (one, other)]
    gap = one.share - other.share
    down = sqrt((one.share - ends[0][0]) ** 2 + (ends[1][1] - other.share) ** 2)
    up = sqrt((ends[0][1] - one.share) ** 2 + (other.share - ends[1][0]) ** 2)
    return gap, gap - down, gap + up


def icon_array(share: Share, *, label: str) -> str:
    """Draw 100 people as SVG, ten in a row: those who improved filled, the rest as rings.

    The rings and discs between the ends of the interval carry a dot, since the trial cannot tell
    to which they belong. Plain attributes only, so that a strict page takes it as it is.
    """
    step, radius = 20, 7
    marks = []
    for person in range(100):
        x, y = step // 2 + step * (person % 10), step // 2 + step * (person // 10)
        improved = person < share.in_100
        fill = "#0b4f8a" if improved else "#ffffff"
        marks.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="#0b4f8a" '
            'stroke-width="1.5"/>'
        )
        if share.lower <= person < share.upper:
            dot = "#ffffff" if improved else "#0b4f8a"
            marks.append(f'<circle cx="{x}" cy="{y}" r="2" fill="{dot}"/>')
    from xml.sax.saxutils import quoteattr

    side = 10 * step
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(label)} '
        f'viewBox="0 0 {side} {side}" width="{side}" height="{side}">{"".join(marks)}</svg>'
    )


def share_sentence(share: Share, *, on_placebo: bool) -> str:
    """Say a share in words, as the label of its picture."""
    text = (
        translate("{count} of 100 people improved on placebo; it may be {lower} to {upper}.")
        if on_placebo
        else translate("{count} of 100 people improved on it; it may be {lower} to {upper}.")
    )
    return text.format(count=share.in_100, lower=share.lower, upper=share.upper)


def _sentences(active: Share, placebo: Share, other: Share, improvement: str) -> tuple[str, ...]:
    first = translate(
        "In one trial, {active} of 100 people on it had {improvement} (it may be {lower} to "
        "{upper}), and {placebo} of 100 on placebo ({placebo_lower} to {placebo_upper})."
    ).format(
        active=active.in_100,
        lower=active.lower,
        upper=active.upper,
        placebo=placebo.in_100,
        placebo_lower=placebo.lower,
        placebo_upper=placebo.upper,
        improvement=improvement,
    )
    second = translate(
        "In trials of other medicines: {count} of 100 people got as much better on placebo alone "
        "({lower} to {upper})."
    ).format(count=other.in_100, lower=other.lower, upper=other.upper)
    third = translate(
        "This is what happened to the people of these trials; it does not say what will happen to "
        "you. Only repeated, blinded periods of your own can tell."
    )
    return first, second, third


def _counted(study: Study, figure: Figure, arm: Arm | None) -> Share:
    if arm is None or arm.events is None or arm.n is None:
        raise LodoseError(
            f"study {study.id}, figure {figure.id}: counts are missing. Mend: give events and n."
        )
    low, high = wilson(arm.events, arm.n)
    return _share(study, figure, arm.events / arm.n, low, high, arm.n)


def _published(study: Study, figure: Figure) -> Share:
    if figure.value is None or figure.lower is None or figure.upper is None:
        raise LodoseError(
            f"study {study.id}, figure {figure.id}: a share with its interval is needed. Mend: "
            "give value, lower and upper in per cent."
        )
    value, low, high = (float(one) / 100 for one in (figure.value, figure.lower, figure.upper))
    return _share(study, figure, value, low, high, study.participants or 0)


def _share(
    study: Study, figure: Figure, share: float, low: float, high: float, people: int
) -> Share:
    return Share(
        in_100=round(100 * share),
        lower=round(100 * low),
        upper=round(100 * high),
        share=share,
        people=people,
        study=study.id,
        name=translate(study.name),
        identifier=study.citation.shown_for(figure.place)[0],
        url=study.citation.shown_for(figure.place)[1],
        place=translate(PLACES[figure.place]),
    )
