"""While a blinded trial runs, no answer of the API tells a dose or an arm."""

import datetime as dt
import io
import json
import re
import uuid
import zipfile
from typing import Any

import pytest

from lodose.server.accounts.models import Role
from lodose.server.api.document import document
from lodose.server.records.clock import today_of
from lodose.server.records.models import DoseStep, Person, Trial
from server_support.diary_items import add_one_of_each
from server_support.people import check_in, let_in, make_account, make_person
from server_support.programs import Program, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

# The record's dose is 4,500 µg, 4.5 mg; "mg/L" and "400 mg" of other medicines are nobody's arm.
# Four digits inside a moment or an identifier tell nothing.
TELLS = re.compile(
    r"(?<![0-9a-f-])4500(?![0-9a-f-])|4\.5 ?mg|4,5 ?mg|"
    r"\bactive\b|\bcomparator\b|placebo|no treatment|\bon treatment\b",
    re.IGNORECASE,
)
# The same for everybody, whatever they take.
ALIKE = ("/api/v1/red-flags", "/api/v1/evidence/", "/api/v1/plans", "/api/v1/receptors")
HIDDEN = {"arm", "dose_micrograms", "micrograms_per_millilitre", "dose_at", "dose_mg"}


@pytest.fixture
def person() -> Person:
    """A record with one of everything, in the second week of a blinded trial."""
    person = make_person()
    add_one_of_each(person)
    sealed_trial(person)
    today = today_of(person)
    for back in range(5):
        check_in(
            person,
            today - dt.timedelta(days=back),
            kit="K-102" if back < 1 else "K-101",
            kit_taken=True,
            side_effects=[["headache", 3]],
        )
    check_in(person, today, outcomes={"pain": "1"}, kit_taken=True, reason="mistyped")
    return person


def said(answer: Any) -> str:
    """Everything that an answer says: its body, its headers, and what is packed in it."""
    kind = answer.headers["Content-Type"]
    headers = str(dict(answer.headers))
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            files = [f"{name}\n{archive.read(name).decode()}" for name in archive.namelist()]
        return "\n".join([headers, *files])
    return headers + str(answer.content.decode())


def told(value: Any) -> list[str]:
    """The keys that could tell an arm and have a value, anywhere in JSON."""
    if isinstance(value, dict):
        own = [key for key, inner in value.items() if key in HIDDEN and inner not in (None, "")]
        return own + [found for inner in value.values() for found in told(inner)]
    return [found for inner in value for found in told(inner)] if isinstance(value, list) else []


def addresses(person: Person) -> dict[str, str]:
    """Every reading of the document, with ids of what is there."""
    known = {
        "check_in": person.check_ins.get(day=today_of(person)).pk,
        "trial": Trial.objects.get().pk,
        "day": today_of(person),
        "month": f"{today_of(person):%Y-%m}",
        "name": "effect",
        "claim": "pain",
        "condition": "fibromyalgia",
        "person": person.pk,
    }
    return {
        path: path.removeprefix("/api/v1").format(**known)
        for path, methods in document()["paths"].items()
        if "get" in methods
    }


@pytest.mark.parametrize("role", [Role.PERSON, Role.PRESCRIBER])
def test_nothing_that_is_read_tells_a_dose_or_an_arm(person: Person, role: Role) -> None:
    prescriber = make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    program = Program(prescriber if role == Role.PRESCRIBER else person)
    read = 0
    for path, address in addresses(person).items():
        if path.startswith(ALIKE):
            continue
        if ("/people" in path) != (role == Role.PRESCRIBER):
            continue
        answer = program.get(address)
        assert answer.status_code in {200, 404, 409}, path
        read += answer.status_code == 200
        found = TELLS.search(said(answer))
        assert found is None, (path, found and said(answer)[found.start() - 80 : found.end() + 40])
        if answer.headers["Content-Type"].startswith("application/json"):
            assert told(json.loads(answer.content)) == [], path
    assert read >= (2 if role == Role.PRESCRIBER else 25)


def test_the_answer_says_that_it_is_sealed_and_nothing_else(person: Person) -> None:
    program = Program(person)
    trial = Trial.objects.get().pk
    paths = ["/answer", "/answer/report.pdf", f"/trials/{trial}/protocol.toml"]
    paths += [f"/answer/charts/{name}.svg" for name in ("diary", "periods", "effect")]
    answers = [program.get(path) for path in paths]
    assert {each.status_code for each in answers} == {409}
    assert len({each.content for each in answers}) == 1


def test_what_is_sent_is_not_answered_with_a_dose(person: Person) -> None:
    program, today = Program(person), today_of(person).isoformat()
    trial = Trial.objects.get()
    step = {"kind": "step", "from_day": today, "dose_micrograms": 3000}
    sent = [
        program.post("/treatment/dose-steps", step | {"agreed_with": "x", "agreed_on": today}),
        program.put(f"/check-ins/{uuid.uuid4()}", {"day": today, "dose_micrograms": 3000}),
        program.put(f"/trials/{trial.pk}/guesses/1", {"guess": "unsure"}),
        program.post("/treatment/stop", {}),
    ]
    assert [each.status_code for each in sent] == [422, 422, 200, 201]
    for answer in sent:
        assert TELLS.search(said(answer)) is None
        if answer.status_code != 422:  # an error names the field that was sent
            assert told(answer.json()) == []
    assert DoseStep.objects.filter(kind="step").count() == 0


def test_the_search_would_see_a_leak(person: Person) -> None:
    assert TELLS.search('{"text": "4.5 mg"}')
    assert told({"periods": [{"arm": "active"}]}) == ["arm"]
    Trial.objects.update(sealed=False)
    assert told(Program(person).get("/treatment/dose-steps").json()) != []
