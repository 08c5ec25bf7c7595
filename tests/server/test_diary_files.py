"""The record as files: what leaves is read back to the same digest, and tells no arm."""

import csv
import datetime as dt
import io
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lodose.diary import Diary, read_diary
from lodose.examples.catalogue import names as example_names
from lodose.examples.catalogue import write as write_example
from lodose.server.accounts.models import Role
from lodose.server.records.bridge import (
    ArmsSealedError,
    daily_entry,
    diary_of,
    protocol_of,
    with_record,
)
from lodose.server.records.clock import today_of
from lodose.server.records.entries import Entry, Question, check_entry
from lodose.server.records.exports import FORMULA_SIGNS, csv_of, diary_csv, protocol_toml
from lodose.server.records.models import CheckIn, LifeEvent, Medicine, Trial
from lodose.server.records.uploads import bring_trial
from lodose.trial import read_protocol
from lodose.trial.reading import parse_protocol
from server_support.people import check_in, make_account, make_person, signed_in

AWKWARD = [
    "=1+1",
    "@SUM(A1)",
    "+49 30",
    "-1",
    'a "b", c;\r\nd',
    "NA",
    "none",
    "\t=1",
    "＝1",
    "a\x00b",
    "'=",
    "\u00a0=1",
    "ß",
]
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(AWKWARD))
NAMES = st.one_of(st.sampled_from(["pain", "=sum", "a,b", 'say "so"', "x;y", "-", "@at"]))
VALUES = st.decimals(0, 10, places=3)
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31))


def questions(names: list[str]) -> dict[str, Question]:
    return {name: Question(name, name, Decimal(0), Decimal(10), None) for name in names}


def stored(entry: Entry) -> CheckIn:
    """A check-in as it comes back from the database."""
    return CheckIn(
        id=entry.id,
        day=entry.day,
        outcomes=entry.outcomes,
        dose_micrograms=entry.dose_micrograms,
        side_effects=entry.side_effects,
        note=entry.note,
    )


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    entries = []
    for day in draw(st.lists(DAYS, min_size=1, max_size=4, unique=True)):
        effects = draw(st.none() | st.lists(st.tuples(TEXTS, st.integers(1, 3)), max_size=3))
        effects = effects and [
            [name, level] for name, level in effects if name.strip(" ;:\t\r\n").split()
        ]
        answered = draw(st.lists(st.sampled_from(names), unique=True))
        entry = Entry(
            id=uuid.uuid4(),
            day=day,
            written_at=timezone.now(),
            source="page",
            outcomes={name: str(draw(VALUES)) for name in answered},
            dose_micrograms=draw(st.none() | st.integers(0, 50_000)),
            side_effects=effects,
            note=draw(TEXTS),
        )
        checked = check_entry(entry, questions(names), sealed=False)
        entries.append(daily_entry(stored(checked), names))
    return Diary(tuple(entries), tuple(names))


@pytest.mark.property
@given(diaries())
def test_whatever_was_recorded_is_read_back_to_the_same_digest(diary: Diary) -> None:
    content = csv_of(diary)
    again = read_diary(io.BytesIO(content))
    assert again.digest == diary.digest
    assert not again.issues
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(FORMULA_SIGNS) for cell in row)


@pytest.mark.parametrize("name", [name for name in example_names() if name != "blank"])
def test_an_exported_protocol_keeps_its_hash(name: str, tmp_path: Path) -> None:
    write_example(name, tmp_path)
    protocol = read_protocol(tmp_path / "protocol.toml")
    assert parse_protocol(protocol_toml(protocol), "protocol.toml").sha256 == protocol.sha256


@pytest.mark.property
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_words_in_a_protocol_survive(words: str) -> None:
    protocol = parse_protocol(protocol_toml(_protocol(notes=words)), "protocol.toml")
    assert protocol.sha256 == _protocol(notes=words).sha256


def _protocol(**more: Any) -> Any:
    from lodose.trial import Protocol

    return Protocol.model_validate(
        {
            "title": "Example",
            "design": "before-after",
            "primary_outcome": "pain",
            "treatment": {"name": "LDN", "active": "4.5 mg", "comparator": "nothing"},
            "outcomes": [{"name": "pain", "instrument": "pain-nrs", "mcid": 1}],
            "periods": [
                {"start": "2025-01-01", "end": "2025-01-28", "arm": "comparator"},
                {"start": "2025-01-29", "end": "2025-02-25", "arm": "active"},
            ],
            **more,
        }
    )


@pytest.mark.django_db
@pytest.mark.interface
def test_the_diary_is_downloaded_under_a_neutral_name() -> None:
    person = make_person()
    browser = signed_in(person)
    assert browser.get("/diary/diary.csv").status_code == 404  # nothing is written yet
    today = today_of(person)
    check_in(person, outcomes={"pain": "6"}, dose_micrograms=4500, note="=1+1, and\n“more”")
    check_in(person, today - dt.timedelta(days=1), skipped=True, outcomes={})
    answer = browser.get("/diary/diary.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="diary-{today}.csv"' in answer.headers["Content-Disposition"]
    assert read_diary(io.BytesIO(answer.content)).digest == diary_of(person).digest
    assert diary_csv(person) == answer.content
    assert signed_in(make_account(Role.PRESCRIBER)).get("/diary/diary.csv").status_code == 404


@pytest.mark.django_db
@pytest.mark.interface
def test_while_a_trial_is_sealed_no_file_holds_a_dose_or_an_arm() -> None:
    person = make_person()
    today = today_of(person)
    check_in(person, today - dt.timedelta(days=9), dose_micrograms=4321)
    check_in(person, dose_micrograms=4322)
    trial = Trial.objects.create(person=person, sealed=True, plan={"outcomes": []})
    trial.periods.create(number=1, first_day=today, last_day=today, kit="K-17")
    browser = signed_in(person)
    text = browser.get("/diary/diary.csv").content.decode()
    assert "dose" not in text
    assert "4.32" not in text
    assert "arm" not in text
    assert [entry.dose_micrograms for entry in diary_of(person).entries] == [4321, None]
    assert browser.get(f"/diary/protocol-{trial.pk}.toml").status_code == 404
    assert "protocol-" not in browser.get("/diary/files/").content.decode()
    with pytest.raises(ArmsSealedError):
        protocol_of(trial)
    trial.periods.update(arm="active")  # even where the arms were already here
    with pytest.raises(ArmsSealedError):
        protocol_of(trial)


@pytest.mark.django_db
@pytest.mark.interface
def test_a_disclosed_protocol_is_downloaded_by_its_person_alone() -> None:
    mira, noor = make_person("mira"), make_person("noor")
    trial = bring_trial(mira, _protocol())
    browser = signed_in(mira)
    assert f"protocol-{trial.pk}.toml" in browser.get("/diary/files/").content.decode()
    answer = browser.get(f"/diary/protocol-{trial.pk}.toml")
    assert parse_protocol(answer.content, "x").sha256 == _protocol().sha256
    assert 'filename="protocol-2025-01-01.toml"' in answer.headers["Content-Disposition"]
    assert signed_in(noor).get(f"/diary/protocol-{trial.pk}.toml").status_code == 404


@pytest.mark.django_db
def test_events_and_medicines_of_the_trial_join_the_protocol() -> None:
    person = make_person()
    trial = bring_trial(person, _protocol())
    plain = protocol_of(trial)
    assert with_record(plain, person) is plain
    LifeEvent.objects.create(person=person, day=dt.date(2024, 12, 30), what="flare", days=5)
    LifeEvent.objects.create(person=person, day=dt.date(2025, 1, 9), what="infection", days=2)
    LifeEvent.objects.create(person=person, day=dt.date(2025, 1, 9), what="infection", days=4)
    LifeEvent.objects.create(person=person, day=dt.date(2024, 6, 1), what="other")
    removed = LifeEvent.objects.create(person=person, day=dt.date(2025, 1, 20), what="surgery")
    LifeEvent.objects.filter(pk=removed.pk).update(removed_at=timezone.now())
    Medicine.objects.create(
        person=person,
        name="methotrexate",
        disease_modifying=True,
        first_day=dt.date(2025, 1, 10),
        last_day=dt.date(2025, 2, 1),
    )
    Medicine.objects.create(person=person, name="ended long ago", last_day=dt.date(2019, 1, 1))
    joined = with_record(plain, person)
    assert [(each.what, each.days) for each in joined.events] == [("flare", 5), ("infection", 4)]
    (medicine,) = joined.medicines
    assert [(change.what, str(change.date)) for change in medicine.changes] == [
        ("started", "2025-01-10"),
        ("stopped", "2025-02-02"),
    ]
    assert joined.sha256 != plain.sha256
