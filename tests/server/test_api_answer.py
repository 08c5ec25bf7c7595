"""The answer by HTTP; each waits until the person has chosen."""

import pytest

from lodose.server.accounts.models import Role
from server_support.examples import make_example
from server_support.people import let_in, make_account
from server_support.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_the_answer_in_words_pictures_and_as_a_report() -> None:
    person, trial = make_example("helped", "ldn-helps", opened=True)
    program = Program(person)
    words = program.get("/answer")
    assert words.status_code == 200, words.content
    assert words.json()["word"] == "helps"
    assert program.get("/answer/stage").json()["stage"] == "ready"
    for name in ("diary", "periods", "effect", "sensitivity"):
        picture = program.get(f"/answer/charts/{name}.svg?width=340")
        assert picture.headers["Content-Type"] == "image/svg+xml"
        assert picture.content.startswith(b"<svg")
    assert program.get("/answer/charts/other.svg").status_code == 422
    report = program.get("/answer/report.pdf")
    assert report.content.startswith(b"%PDF")
    assert "naltrexone" not in report.headers["Content-Disposition"]
    [shown] = program.get("/trials").json()["items"]
    assert shown["protocol_hash"] == trial.protocol_hash
    assert shown["status"] == "finished"
    assert program.get(f"/trials/{trial.pk}/protocol.toml").status_code == 200
    prescriber = make_account(Role.PRESCRIBER)
    let_in(person, prescriber)
    desk = Program(prescriber)
    assert desk.get(f"/people/{person.pk}").json()["answer"]["headline"] == "helps"
    assert desk.get(f"/people/{person.pk}/report.pdf").content == report.content
    looked = {each["what"] for each in program.get("/care/looks").json()["items"]}
    assert looked == {"record", "report"}


@pytest.mark.parametrize("example", ["ldn-helps", "ldn-no-effect"])
def test_every_answer_waits_for_the_persons_choice(example: str) -> None:
    person, _trial = make_example("mira", example)
    program = Program(person)
    closed = program.get("/answer")
    assert closed.status_code == 409
    assert set(closed.json()) == {"problem", "fields", "mend"}
    assert program.get("/answer/report.pdf").status_code == 409
    assert program.get("/answer/charts/effect.svg").status_code == 409
    program.put("/answer/opening", {"choice": "now"})
    assert program.get("/answer").status_code == 200
