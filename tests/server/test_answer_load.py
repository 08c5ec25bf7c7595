"""Working out an answer costs much: it is bounded, and done once however many ask."""

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lodose.server.answers import compute
from lodose.server.answers.models import Rendering
from lodose.server.records.models import LifeEvent, Outcome, Person, Trial
from lodose.server.records.upload_files import (
    MOST_LISTED,
    MOST_OUTCOMES,
    MOST_PERIODS,
    MOST_TRIAL_DAYS,
)
from server_support.examples import make_example
from server_support.people import make_person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_who_asks_twice_at_once_waits_and_gets_what_the_first_one_made() -> None:
    person, _ = make_example("helped", "ldn-helps", opened=True)
    found = compute.latest_trial(person)  # its last day is over: it ends now
    assert found is not None
    subject = compute.subject_of(found)
    first = compute._made(subject)

    class WhileTheFirstOneWorks:
        def __enter__(self) -> None:
            compute._keep(subject, first)

        def __exit__(self, *_: object) -> None:
            pass

    with (
        patch.object(compute, "ONE_AT_A_TIME", WhileTheFirstOneWorks()),
        patch.object(compute, "_made", side_effect=AssertionError("worked out twice")),
    ):
        report = signed_in(person).get("/answer/report.pdf")
    assert report.content == first["pdf"]


def test_it_is_worked_out_while_nobody_else_does() -> None:
    person, _ = make_example("helped", "ldn-helps", opened=True)
    held: list[bool] = []

    def look(_subject: compute.Subject) -> dict[str, bytes]:
        held.append(compute.ONE_AT_A_TIME.locked())
        return {"pdf": b"%PDF"}

    with patch.object(compute, "_made", side_effect=look):
        assert signed_in(person).get("/answer/report.pdf").content == b"%PDF"
    assert held == [True]
    assert Rendering.objects.filter(person=person).count() == 1
    assert not compute.ONE_AT_A_TIME.locked()


def test_a_record_with_events_without_end_gets_a_reason_and_no_answer() -> None:
    person, trial = make_example("helped", "ldn-helps", opened=True)
    first = trial.periods.get(number=1).first_day
    LifeEvent.objects.bulk_create(
        LifeEvent(person=person, day=first + dt.timedelta(days=number % 100), what=what)
        for number in range(MOST_LISTED + 1)
        for what in [("flare", "other")[number // 100]]
    )
    with patch.object(compute, "_made", side_effect=AssertionError("worked out")):
        browser = signed_in(person)
        shown = browser.get("/answer/")
        assert shown.status_code == 200
        assert "more than an answer can be worked out over" in shown.content.decode()
        assert browser.get("/answer/report.pdf").status_code == 404


def protocol(
    *, periods: int = 2, length: int = 2, outcomes: int = 1, events: int = 0
) -> tuple[str, dt.date]:
    first = dt.date(2015, 1, 1)
    lines = [
        'title = "t"',
        'design = "open-on-off"',
        'primary_outcome = "o0"',
        "[treatment]",
        'name = "x"',
        'active = "a"',
        'comparator = "b"',
    ]
    for number in range(outcomes):
        lines += ["[[outcomes]]", f'name = "o{number}"', 'label = "l"', "minimum = 0"]
        lines += ["maximum = 10", 'better = "lower"', "mcid = 1"]
    for number in range(periods):
        start = first + dt.timedelta(days=number * length)
        arm = ("active", "comparator")[number % 4 in (1, 2)]
        lines += ["[[periods]]", f"start = {start}", f"end = {start + dt.timedelta(length - 1)}"]
        lines += [f'arm = "{arm}"', f"pair = {number // 2 + 1}"]
    for number in range(events):
        day = first + dt.timedelta(days=number)
        lines += ["[[events]]", f"date = {day}", 'what = "other"']
    return "\n".join(lines), first


def upload(person: Person, text: str, first: dt.date) -> Any:
    count = text.count("[[outcomes]]")
    names = ",".join(f"o{number}" for number in range(count))
    values = ",".join(["5"] * count)
    diary = f"date,{names}\n{first},{values}\n{first + dt.timedelta(days=1)},{values}\n"
    files = {
        "diary": SimpleUploadedFile("diary.csv", diary.encode()),
        "protocol": SimpleUploadedFile("protocol.toml", text.encode()),
    }
    return signed_in(person).post("/diary/upload/", files)


@pytest.mark.parametrize(
    ("largest", "larger", "told"),
    [
        ({"periods": MOST_PERIODS}, {"periods": MOST_PERIODS + 2}, "periods"),
        ({"outcomes": MOST_OUTCOMES}, {"outcomes": MOST_OUTCOMES + 1}, "outcomes"),
        (
            {"length": MOST_TRIAL_DAYS // 2},
            {"length": MOST_TRIAL_DAYS // 2 + 1},
            "days",
        ),
        (
            {"length": 700, "events": MOST_LISTED},
            {"length": 700, "events": MOST_LISTED + 1},
            "events",
        ),
    ],
)
def test_a_trial_too_large_to_be_worked_out_here_is_not_brought_in(
    largest: dict[str, int], larger: dict[str, int], told: str
) -> None:
    person = make_person()
    Outcome.objects.filter(person=person).delete()
    taken = upload(person, *protocol(**largest))
    assert taken.status_code == 200, taken.content.decode()
    refused = upload(person, *protocol(**larger))
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert f"{told}, and this server works out an answer over" in shown
    assert "command" in shown
    assert not Trial.objects.exists()
