"""What stands in a brief, and that each figure of it stands where it was taken from."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from brief_people import CODEINE, ON, facts

from lodose.brief import JudgedBy, as_data, make_brief
from lodose.brief.page_two import _without_times, withheld
from lodose.errors import InputError, LodoseError
from lodose.evidence import read_evidence
from lodose.evidence.words import figure_text
from lodose.regimen import Capsules, Liquid, Syringe, plans, ready
from lodose.screening import Event, Facts, Medicine, rules, screen
from lodose.screening.model import Finding

# A time at which opioids or the first dose would be possible, in any of the rules' own words.
TIME_AROUND_OPIOIDS = re.compile(r"\d+ (?:to \d+ )?(?:or more )?(?:days|hours)")


def all_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_the_two_sentences_are_those_of_the_evidence_with_their_figures(brief_of) -> None:
    known = read_evidence()
    trials = [one for one in known.studies_of("fibromyalgia") if one.controlled]
    said = brief_of().evidence
    assert len(said) == 2
    for sentence, study in zip(said, trials, strict=False):
        assert sentence.text.startswith(study.sentence)
        assert sentence.sources == (study.citation.identifier,)
        main = study.figure("pain")
        assert main is not None
        assert f"(below 0 is better): {figure_text(main)}." in sentence.text


def test_every_condition_makes_a_brief_of_its_own_evidence() -> None:
    known = read_evidence()
    for condition in known.conditions.values():
        if condition.topic:
            continue
        made = make_brief(facts(), condition=condition.id, on=ON)
        assert 1 <= len(made.evidence) <= 2
        own = {one.citation.identifier for one in known.studies_of(condition.id)}
        cited = {
            one.citation.identifier for p in condition.found for one in map(known.study, p.studies)
        }
        for said in made.evidence:
            assert said.sources
            assert set(said.sources) <= own | cited
        if not known.controlled_studies_of(condition.id):
            assert made.evidence_note == "No controlled trial of this was found."


def test_a_condition_that_is_not_listed_is_asked_about(brief_of) -> None:
    with pytest.raises(LodoseError, match="choose one of: fibromyalgia"):
        brief_of(condition="fibromyalgie")
    with pytest.raises(InputError, match="is a topic and no condition"):
        brief_of(condition="safety")
    assert "all conditions together" in brief_of(condition="").evidence_note


def test_codeine_stops_the_person_and_gives_no_time(brief_of) -> None:
    made = brief_of(facts(CODEINE))
    assert made.headline.startswith(
        "Do not start. Do not stop your pain medicine for this; talk first."
    )
    assert made.plan == ()
    assert made.judged == ()
    assert made.page_two.steps == ()
    assert made.page_two.intervals == ()
    assert not TIME_AROUND_OPIOIDS.search(all_text(as_data(made)))
    for day in (date(2026, 5, 8), date(2026, 5, 18)):
        for form in (f"{day.day} May", day.isoformat()):
            assert form not in all_text(as_data(made))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_no_source_tells_the_person_a_time(rule) -> None:
    for place in _without_times(source.place for source in rule.sources):
        assert not re.search(r"(?:\d+|three|ten|seven) (?:days|hours|weeks)", place)


def test_before_an_operation_only_the_prescriber_reads_how_long(brief_of) -> None:
    told = facts(events=(Event(kind="operation", on=date(2026, 5, 20)),))
    person, prescriber = brief_of(told), brief_of(told, reader="prescriber")
    time = re.compile(r"hours|three days|7 to 10 days|20 May")
    assert not time.search(all_text(as_data(person)))
    assert "Tell the team before your operation" in all_text(as_data(person))
    assert time.search(all_text(as_data(prescriber)))


def test_the_prescriber_gets_the_interval_with_its_date_and_source(brief_of) -> None:
    told = facts(CODEINE)
    made = brief_of(told, reader="prescriber")
    found = screen(told, on=ON).findings
    stopping = next(each for each in found if each.rule.interval is not None)
    assert stopping.rule.interval is not None
    (line,) = made.page_two.intervals
    assert line.startswith("codeine cough syrup: 7 to 10 days without any opioid")
    assert stopping.rule.interval.source in line
    assert "not before 18 May 2026 if dependence is excluded" in line
    assert made.page_two.dosing_note
    assert "last dose 8 May 2026" in all_text(as_data(made)["page_two"]["medicines"])
    # The first page is the person's own in both.
    first = {name: value for name, value in as_data(made).items() if name != "page_two"}
    assert not TIME_AROUND_OPIOIDS.search(all_text(first))


def test_an_override_stands_with_name_day_and_reason_for_the_prescriber_alone(brief_of) -> None:
    told = facts(conditions=("acute hepatitis",))
    decided = screen(told, on=ON).overridden(
        "HEP-001", role="prescriber", by="Dr Example", reason="Values normal since March", on=ON
    )
    for_prescriber = brief_of(told, screening=decided, reader="prescriber")
    said = "Overridden by Dr Example on 10 May 2026: Values normal since March"
    assert said in [each.override for each in for_prescriber.page_two.fired]
    for_person = brief_of(told, screening=decided)
    assert "Values normal" not in all_text(as_data(for_person))
    assert "decided otherwise" in all_text(as_data(for_person))
    assert for_person.plan  # it does not stop any more
    assert brief_of(told).plan == ()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_no_rule_tells_the_person_a_time_around_opioids(rule) -> None:
    words = f"{rule.reason} {rule.for_prescriber} {rule.judgement}"
    if "opioid" in words and TIME_AROUND_OPIOIDS.search(words):
        assert withheld(Finding(rule, ("something",)))


def test_without_anything_against_it_the_plan_and_its_judging_stand_there(brief_of) -> None:
    made = brief_of(
        judged_by=JudgedBy("Pain, 0 to 10", Decimal(1), "lower", first_dose=date(2026, 6, 1))
    )
    assert made.outcome == "talk it through"
    plan, judged = dict(made.plan), dict(made.judged)
    steps = ready("cautious").steps
    assert plan["Doses"].startswith("0.5 mg a day, then 0.5 mg more after 14 days")
    assert plan["Doses"].endswith("up to 4.5 mg")
    assert plan["Product"] == "first 0.5 mg = 1 x 0.5 mg; at the target 4.5 mg = 3 x 1.5 mg"
    assert judged["Outcome"] == "Pain, 0 to 10: 1 or more lower than before is a gain that matters"
    # What pain fell by on placebo is read in the evidence, with its source on the page.
    study, figure = read_evidence().figure("final-2024#pain-groups")
    assert figure.comparator is not None
    assert figure.comparator.mean is not None
    assert f"in FINAL pain fell by {-figure.comparator.mean} on placebo" in judged["Placebo"]
    assert "Only blinded periods can tell." in judged["Placebo"]
    assert study.citation.identifier in made.sources
    weeks = sum(step.days for step in steps) // 7 + 8
    assert (
        judged["Length"]
        == f"{weeks} weeks: {weeks - 8} of steps, then 8 at the dose that is reached"
    )
    stop = date(2026, 6, 1) + timedelta(weeks=weeks)
    assert f"{weeks} weeks after the first dose, on {stop.day} November 2026" in judged["Stop"]
    assert len(made.page_two.steps) == len(steps) + 1  # and the supply


def test_where_more_is_better_the_gain_is_a_rise_and_no_date_is_made_up(brief_of) -> None:
    judged = dict(brief_of(judged_by=JudgedBy("Sleep", Decimal("1.50"), "higher", weeks=12)).judged)
    assert judged["Outcome"] == "Sleep: 1.5 or more higher than before is a gain that matters"
    assert judged["Length"] == "12 weeks"
    assert judged["Placebo"] == "A gain alone may be placebo. Only blinded periods can tell."
    assert "on ____" in judged["Stop"]


@pytest.mark.parametrize("name", plans())
def test_every_ready_plan_is_said_with_its_first_and_last_dose(name: str, brief_of) -> None:
    made = brief_of(plan=ready(name), product=Liquid(1000, Syringe(6000, 100)))
    plan = dict(made.plan)
    doses = ready(name).steps
    assert plan["Doses"].startswith(f"{doses[0].dose_ug / 1000:g} mg a day")
    assert f"{doses[-1].dose_ug / 1000:g} mg" in plan["Doses"]
    assert " mL" in plan["Product"]


def test_medicines_are_said_as_understood_and_what_is_not_is_marked(brief_of) -> None:
    made = brief_of(facts(CODEINE, Medicine(name="Foobarol forte"), Medicine(name="Nurofen Plus")))
    lines = {each.entered: each for each in made.medicines}
    assert [each.reading for each in made.medicines[:2]] == ["fired", "fired"]
    assert lines["Foobarol forte"].reading == "not understood"
    assert lines["codeine cough syrup"].understood == "codeine"
    assert set(lines["Nurofen Plus"].understood.split(" and ")) == {"codeine", "ibuprofen"}
    assert lines["ibuprofen 400"].reading == "understood"
    assert "What is 'Foobarol forte'? It was not understood." in made.questions


def test_questions_are_the_persons_then_what_is_open(brief_of) -> None:
    made = brief_of(Facts(medicines=()))
    assert made.questions[0] == "What does it cost?"
    assert "Do you take kratom, 7-OH or any natural pain product?" in made.questions
    assert made.plan_note == "Only once the open questions are answered."
    assert made.medicines_state == "None."
    assert "screening" in made.missing
    nothing = make_brief(Facts(), on=ON)
    assert "Nobody asked yet" in nothing.medicines_state
    assert set(nothing.missing) == {"condition", "why", "tried", "plan", "screening"}
    assert brief_of().missing == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"why": "x" * 2001}, "column 'why': is longer than 2000 characters"),
        ({"questions": ("?",) * 21}, "are more than 20"),
        ({"judged_by": JudgedBy("Pain", Decimal(0), "lower")}, "is no change that matters"),
        ({"judged_by": JudgedBy("Pain", Decimal(1), "lower", weeks=0)}, "is no length"),
        ({"product": Capsules((1000,))}, "cannot be made exactly"),
        ({"language": "xx"}, "is not spoken"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], told: str, brief_of) -> None:
    with pytest.raises(LodoseError, match=re.escape(told)):
        brief_of(**given)
