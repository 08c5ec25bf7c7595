"""Where a few milligrams go: a person reads the shape, a prescriber every structure."""

import datetime as dt
import html
import io
import re
from typing import Any

import pypdf
import pytest
from django.test import Client

from lodose.pharmacology import STRUCTURES
from lodose.pharmacology.data import read_observations
from lodose.server.accounts.models import Role, User
from lodose.server.answers.receptors import figures_of
from lodose.server.audit.models import Event
from lodose.server.audit.words import say
from lodose.server.records.clock import today_of
from lodose.server.records.dose_log import diary_doses
from lodose.server.records.models import DoseStep, Person
from server_support.people import check_in, let_in, make_account, make_person, signed_in
from server_support.programs import Program, sealed_trial

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
# What would let a person reckon: a share, a number of hours, days or weeks, a day.
RECKONED = re.compile(
    r"\d\s*(%|per\s*cent|hours?\b|h\b|days?\b|weeks?\b|nM|ng)"
    r"|\b(one|two|three|four|five|six|seven|eight|nine|ten|\d+)[ -](hours?|days?|weeks?)\b"
    r"|\b20\d\d\b|\b\d{1,2}[./:]\d{1,2}\b(?!\s*mg)"
    r"|\b(January|February|March|April|June|July|August|September|October|November|December)\b"
)
SAFE = re.compile(r"\b(it is|is now|are|would be) safe\b|\bsafe to\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r'(?:aria-label|alt|title|content)="([^"]*)"')


@pytest.fixture
def person() -> Person:
    return make_person("mira")


@pytest.fixture
def prescriber(person: Person) -> User:
    account = make_account(Role.PRESCRIBER)
    let_in(person, account)
    return account


def page_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def read(answer: Any) -> str:
    """What stands between the tags, the pictures' words and the labels."""
    page = page_of(answer)
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join([TAG.sub(" ", main), *ATTRIBUTE.findall(main)])


def doses(person: Person, *given: int | None, until: int = 0) -> None:
    """Check-ins on the days up to so many days ago; None writes nothing."""
    today = today_of(person)
    for back, dose in enumerate(reversed(given), start=until):
        if dose is not None:
            check_in(person, today - dt.timedelta(days=back), dose_micrograms=dose)


def section(page: str, heading: str) -> str:
    return page[page.index(heading) :].split("<h2", maxsplit=1)[0]


@pytest.mark.parametrize("who", ["visitor", "person"])
def test_a_person_reads_the_shape_and_nothing_to_reckon_with(who: str, person: Person) -> None:
    doses(person, 4500, 4500, 4500)
    browser = Client() if who == "visitor" else signed_in(person)
    answer = browser.get("/receptors/")
    assert answer.status_code == 200
    said = " ".join(read(answer).split())
    for words in (
        "For many days after the last dose an opioid may not work or may be dangerous.",
        "Only your medical team can say when.",
        "Do not try to overcome the block: it can stop your breathing.",
        "What a low dose such as 4.5 mg does is carried over from there by a model, not measured.",
        "Your prescriber decides.",
        "builds up over several days",
        "TLR4",
        "mice",
    ):
        assert words in said
    found = RECKONED.search(said)
    assert found is None, said[max(0, found.start() - 60) : found.end() + 20]
    assert "<svg" in page_of(answer)
    assert not re.search(r"<title>[^<]*(naltrexone|pain|dose|receptor)", page_of(answer), re.I)


@pytest.mark.parametrize(
    "slip",
    ["after 72 h", "below 20 %", "on 3 March", "after five days", "16 days", "at 21:30", "2026"],
)
def test_the_look_for_numbers_sees_a_slip(slip: str) -> None:
    assert RECKONED.search(f"The block is gone {slip}.")


def test_a_persons_picture_has_no_scale_and_both_widths(person: Person) -> None:
    page = page_of(Client().get("/receptors/"))
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        words = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
        assert set(words) == {"time", "block"}


def test_a_prescriber_reads_every_structure_with_bands_and_sources(prescriber: User) -> None:
    browser = signed_in(prescriber)
    answer = browser.get("/receptors/prescriber/?surgery_days=4")
    assert answer.status_code == 200
    page, said = page_of(answer), " ".join(read(answer).split())
    for heading in ("until less is occupied", "If the operation is 4 days after", "The 24 hours"):
        for name in STRUCTURES:
            assert name in section(page, heading), f"{name} under {heading}"
    for picture in re.findall(r"<svg xmlns.*?</svg>", page, re.DOTALL):
        assert [name for name in STRUCTURES if f">{name} · " in picture] == list(STRUCTURES)
        assert picture.count("Z") >= 3  # a band each
        assert "day of the operation" in picture
        assert "72 h: what guidelines state" in picture
    for guideline in read_observations().guideline:
        assert guideline.source_text in said
        assert f"{guideline.hours:.0f} h" in said
    for unit in ("ng/mL", "nM"):
        assert unit in said
    assert "Why the three curves differ" in said
    assert "the anaesthetist decides" in said
    assert "of 500 people" in said
    assert not SAFE.search(said)


def test_the_longest_stands_first_and_is_not_the_wishful_one(prescriber: User) -> None:
    """What a one-minute look must find: the slowest structure, typical and late."""
    page = " ".join(page_of(signed_in(prescriber).get("/receptors/prescriber/")).split())
    told = re.search(
        r"occupied for (\d+) h \((\d+) days\) after the last dose, and in 5 of 100 people for "
        r"(\d+) h \((\d+) days\) or longer",
        page,
    )
    assert told is not None
    typical, typical_days, late, late_days = map(int, told.groups())
    assert (typical, typical_days) == (388, 16)
    assert late > typical
    assert late_days == round(late / 24)
    rows = section(page, "Hours after the last dose until less is occupied")
    hours = [int(each) for each in re.findall(r"(\d+) h", rows)]
    assert f"{typical} h" in rows
    assert f"{late} h" in rows
    assert max(hours) > 72  # longer than the guidelines, so the guideline is not what counts
    assert page.index("388 h") < page.index("<svg xmlns")


def test_every_observation_stands_beside_the_model_misses_too(prescriber: User) -> None:
    rows = section(page_of(signed_in(prescriber).get("/receptors/prescriber/")), "In plasma")
    page = page_of(signed_in(prescriber).get("/receptors/prescriber/"))
    rows = page[page.index("Every observation beside the model") :]
    observations = read_observations().observation
    assert rows.count('<th scope="row">') == len(observations)
    for each in observations:
        assert f'<th scope="row"><span lang="en">{each.what}' in rows
    assert 5 < rows.count("badge caution") < len(observations)
    assert rows.count("<td>fitted</td>") == sum(each.use == "fitted" for each in observations)


@pytest.mark.parametrize(
    ("typed", "field", "question"),
    [
        ("dose=45 mg", "dose", "Is 45 mg meant, or 4.5 mg?"),
        ("dose=-4.5 mg", "dose", "Write a dose above 0"),
        ("dose=0 mg", "dose", "Write a dose above 0"),
        ("dose=4.5", "dose", "is no dose with a unit that is known"),
        ("dose=4.5 g", "dose", "is no dose with a unit that is known"),
        ("dose=4.5 ml", "dose", "is no dose with a unit that is known"),
        ("dose=", "dose", "This field is required"),
        ("dose=900 mg", "dose", "the highest dose in the data"),
        ("surgery_days=-3", "surgery_days", "time cannot go backwards"),
        ("surgery_days=61", "surgery_days", "Write at most 60 days"),
        ("days=-1", "days", "Write 1 to 365 days"),
        ("days=366", "days", "Write 1 to 365 days"),
        ("days=3&missed=4", "missed", "is no dose of this regimen"),
        ("days=1&missed=1", "missed", "there is nothing to work out"),
        ("missed=five", "missed", "is no list of days"),
        ("at=26:00", "at", "Enter a valid time"),
        ("liver=tired", "liver", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_asked_back_and_nothing_is_worked_out(
    typed: str, field: str, question: str, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lodose.server.web.views import receptors

    def never(*_: object) -> None:
        raise AssertionError("worked out")

    monkeypatch.setattr(receptors, "figures_of", never)
    answer = signed_in(prescriber).get(f"/receptors/prescriber/?{typed.replace(' ', '+')}")
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.count(question) == 2  # in the summary and beside the field
    assert f'href="#id_{field}"' in page
    assert "Nothing was worked out." in page
    assert "<svg xmlns" not in page


def test_a_large_dose_is_worked_out_once_it_is_meant(prescriber: User) -> None:
    browser = signed_in(prescriber)
    asked = page_of(browser.get("/receptors/prescriber/?dose=45+mg&days=7"))
    links = re.findall(r'<a class="button secondary" href="(\?[^"]*)">([^<]*)</a>', asked)
    assert [words for _, words in links] == ["45 mg", "4.5 mg"]
    for address, words in links:
        answer = browser.get(f"/receptors/prescriber/{html.unescape(address)}")
        assert answer.status_code == 200
        assert f"As typed: {words} at 21:00, day 7" in page_of(answer)
    # Another dose is asked about again: the confirmation was of 45 mg.
    again = browser.get("/receptors/prescriber/?dose=50+mg&confirmed=45000")
    assert again.status_code == 422


def test_missed_doses_liver_and_length_change_the_numbers(prescriber: User) -> None:
    browser = signed_in(prescriber)

    def trough(query: str) -> list[str]:
        page = page_of(browser.get(f"/receptors/prescriber/?{query}"))
        row = page[page.index('<th scope="row">Trough') :].split("</tr>")[0]
        return re.findall(r"(\d+) %", row)

    usual = trough("")
    for query in ("missed=27", "liver=decompensated+cirrhosis", "days=1", "dose=1+mg"):
        assert trough(query) != usual, query


def test_the_form_works_without_script_and_with_it_swaps_the_figures(prescriber: User) -> None:
    page = page_of(signed_in(prescriber).get("/receptors/prescriber/"))
    form = page[page.index('<form method="get"') :].split("</form>")[0]
    assert 'action="/receptors/prescriber/"' in form
    assert "<button" in form
    for name in ("dose", "at", "days", "missed", "liver", "surgery_days"):
        assert f'name="{name}"' in form
        assert f'for="id_{name}"' in form
    assert 'hx-target="#figures"' in form
    assert page.count('id="figures"') == 1
    assert not re.search(r'\sstyle="|\son[a-z]+="|javascript:', page)
    assert '"code":"422","swap":true' in page  # else a question would never be shown


def test_strangers_find_nothing(person: Person, prescriber: User) -> None:
    addresses = (
        "/receptors/prescriber/",
        f"/people/{person.pk}/receptors/",
        f"/people/{person.pk}/receptors.pdf",
    )
    for address in addresses:
        for role in (Role.PHARMACIST, Role.RESEARCHER, Role.ADMINISTRATOR):
            other = User.objects.filter(role=role).first() or make_account(role)
            assert signed_in(other).get(address).status_code == 404
        assert signed_in(person).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    other = make_account(Role.PRESCRIBER, "another")
    for address in addresses[1:]:
        assert signed_in(other).get(address).status_code == 404
        assert signed_in(prescriber).get(address).status_code == 200


def test_the_doses_of_the_diary_are_taken_as_they_were_taken(
    person: Person, prescriber: User
) -> None:
    doses(person, 4500, 4500, None, 4500, 0, 4500, until=2)
    found = diary_doses(person)
    assert found is not None
    assert (found.taken, found.missed, found.filled, found.silent_days) == (4, 1, 1, 2)
    assert found.history.doses_ug == (4500,) * 5  # the silent day counts, the missed one does not
    assert found.last.date() == today_of(person) - dt.timedelta(days=2)
    answer = signed_in(prescriber).get(f"/people/{person.pk}/receptors/")
    page = page_of(answer)
    assert "From the diary: last dose 4.5 mg" in page
    assert "Doses written on 4 days, none taken on 1." in page
    assert "The diary says nothing of a dose for 2 days" in page
    day = today_of(person) + dt.timedelta(days=1)
    assert f"{day:%a} {day.day} {day:%b}" in section(page, "If there were an operation")
    typed = signed_in(prescriber).get(f"/people/{person.pk}/receptors/?source=typed&dose=3+mg")
    assert "As typed: 3 mg" in page_of(typed)
    assert "From the diary" not in page_of(typed)


def test_without_a_dose_in_the_diary_the_dose_that_was_decided_is_asked_about(
    person: Person, prescriber: User
) -> None:
    check_in(person)
    DoseStep.objects.create(
        person=person, kind="start", from_day=today_of(person), dose_micrograms=1500
    )
    page = page_of(signed_in(prescriber).get(f"/people/{person.pk}/receptors/"))
    assert "The diary holds no dose yet." in page
    assert "As typed: 1.5 mg" in page


def test_a_look_at_the_diary_is_told_and_a_typed_dose_reads_nothing(
    person: Person, prescriber: User
) -> None:
    doses(person, 4500)
    browser = signed_in(prescriber)

    def looks() -> int:
        return Event.objects.filter(chain_id=person.chain_id, kind="looked").count()

    browser.get(f"/people/{person.pk}/receptors/?source=typed&dose=2+mg")
    assert looks() == 0
    browser.get(f"/people/{person.pk}/receptors/")
    assert looks() == 1
    event = Event.objects.get(chain_id=person.chain_id, kind="looked")
    assert say(event).endswith("worked out how long your doses may block.")
    assert browser.get(f"/people/{person.pk}/receptors.pdf").status_code == 200
    assert looks() == 2


def test_a_blinded_trial_shows_nothing_of_a_dose(person: Person, prescriber: User) -> None:
    doses(person, 4500, 4500, until=20)
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=today_of(person) - dt.timedelta(days=21),
        dose_micrograms=4500,
    )
    sealed_trial(person)
    browser = signed_in(prescriber)
    place = f"/people/{person.pk}/receptors"
    for query in ("", "?source=diary", "?source=typed", "?source=typed&dose=3+mg"):
        answer = browser.get(f"{place}/{query}")
        assert answer.status_code == 200
        page = read(answer)
        assert "A schedule is sealed" in page
        assert not re.search(r"\d\s*mg|\d\s*%|\d\s*h\b|M1|nM", page)
        assert "<svg xmlns" not in page_of(answer)
        assert browser.get(f"{place}.pdf{query}").status_code == 404
    program = Program(prescriber)
    assert program.get(f"/people/{person.pk}/receptors").status_code == 404
    assert diary_doses(person) is None
    # The general page still answers for what is typed: it knows nothing of the person.
    assert browser.get("/receptors/prescriber/").status_code == 200


def test_the_page_to_print_holds_the_same_and_no_name(person: Person, prescriber: User) -> None:
    doses(person, 4500, 4500, 4500)
    browser = signed_in(prescriber)
    place = f"/people/{person.pk}/receptors.pdf?surgery_days=6"
    answer = browser.get(place)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receptors.pdf"'
    document = pypdf.PdfReader(io.BytesIO(answer.content))
    assert len(document.pages) == 1
    assert document.metadata is not None
    assert document.metadata.title == "Receptors"
    assert "/StructTreeRoot" in document.trailer["/Root"]
    said = " ".join(document.pages[0].extract_text().split())
    for words in (
        "From the diary: last dose 4.5 mg",
        "6, operation",
        "72 h",
        "M0",
        "M1",
        "M2",
        "the anaesthetist decides",
        "Low doses over days were not measured",
        "A model, not a measurement.",
    ):
        assert words in said
    assert not SAFE.search(said)
    assert "mira" not in said
    assert browser.get(place).content == answer.content
    refused = browser.get(f"/people/{person.pk}/receptors.pdf?surgery_days=-1")
    assert refused.status_code == 422


def test_the_same_question_is_worked_out_once_for_each_language(
    prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lodose.server.answers import receptor_numbers

    made = []
    really = receptor_numbers.worked_out

    def counted(*given: Any) -> Any:
        made.append(given)
        return really(*given)

    monkeypatch.setattr(receptor_numbers, "worked_out", counted)
    browser = signed_in(prescriber)
    place = "/receptors/prescriber/?dose=3.21+mg"
    first = browser.get(place, headers={"Accept-Language": "en"}).content
    second = browser.get(place, headers={"Accept-Language": "en"}).content
    assert len(made) == 1
    assert TOKENS.sub(b"", first) == TOKENS.sub(b"", second)
    browser.get(f"{place}&surgery_days=3", headers={"Accept-Language": "en"})
    assert len(made) == 2
    assert figures_of.__module__ == "lodose.server.answers.receptors"


TOKENS = re.compile(rb"[A-Za-z0-9]{64}")


def test_a_program_of_a_prescriber_reads_the_same_numbers(person: Person, prescriber: User) -> None:
    doses(person, 4500, 4500)
    program = Program(prescriber)
    found = program.get("/receptors?surgery_days=4")
    assert found.status_code == 200
    data = found.json()
    assert [each["structure"] for each in data["structures"]] == list(STRUCTURES)
    assert data["hours_until_below_in_5_of_100"]["M2"]["10 %"] > 388
    assert data["structures"][2]["hours_until_below"]["10 %"] == 388
    assert len(data["observed"]) == len(read_observations().observation)
    assert {each["source_text"] for each in data["guidelines"]}
    own = program.get(f"/people/{person.pk}/receptors")
    assert own.status_code == 200
    assert own.json()["doses"] == ["4.5 mg"]
    for query, field in (
        ("dose_micrograms=45000", "confirmed_micrograms"),
        ("dose_micrograms=-4500", "dose_micrograms"),
        ("surgery_days=-1", "surgery_days"),
        ("liver=tired", "liver"),
        ("days=0", "asked"),
    ):
        refused = program.get(f"/receptors?{query}")
        assert refused.status_code == 422, query
        assert any(name.startswith(field) for name in refused.json()["fields"]) or field == "asked"
    assert (
        program.get("/receptors?dose_micrograms=45000&confirmed_micrograms=45000").status_code
        == 200
    )
    assert Program(person).get("/receptors").status_code in {403, 404}
    shape = Client().get("/api/v1/receptors/shape").json()
    assert not RECKONED.search(" ".join(shape["shape"]) + shape["warning"] + shape["measured"])
    assert shape["decides"] == "Your prescriber decides."
