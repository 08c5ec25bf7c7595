"""The PDF: two pages whatever is told, tagged, the same bytes everywhere, nothing obeyed."""

import os
import re
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import brief_people
import pypdf
import pytest
from brief_people import CODEINE, facts, opened, pages_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodose.brief import Brief, make_brief, pdf
from lodose.regimen import Capsules, Liquid, Syringe, make_plan, ready
from lodose.screening import Facts, Medicine, rules

ON = date(2026, 5, 10)
THIRTY = tuple(
    Medicine(name=name)
    for name in (
        *("ibuprofen", "paracetamol", "amitriptyline", "duloxetine", "pregabalin", "ramipril"),
        *("levothyroxine", "metformin", "atorvastatin", "omeprazole", "bisoprolol", "melatonin"),
        *("salbutamol inhaler", "vitamin D", "magnesium", "sertraline", "gabapentin", "naproxen"),
        *("methotrexate", "folic acid", "prednisolone", "hydroxychloroquine", "amlodipine"),
        *("candesartan", "pantoprazole", "cetirizine", "Foobarol forte", "Bazotine comp", "Quux"),
        "codeine cough syrup",
    )
)
WHY = "Pain in neck, shoulders and legs every day for six years, worse in the morning. "
GERMAN = "Seit sechs Jahren täglich Schmerzen in Nacken, Schultern und Beinen, schlimmer morgens. "


def long(reader: str, language: str = "en") -> Brief:
    text = GERMAN if language == "de" else WHY
    return make_brief(
        Facts(
            age=70,
            medicines=THIRTY,
            conditions=("fibromyalgia", "depression", "cirrhosis", "multiple sclerosis"),
            pregnancy="planning",
            alcohol=True,
            allergies=("naloxone",),
            products=("slow release",),
        ),
        condition="fibromyalgia",
        why=(text * 24)[:1990],
        tried=(text * 24)[:1990],
        questions=tuple(f"{number}. {text}" for number in range(1, 20)),
        who="Synthetic person with a long name " * 3,
        plan=ready("cautious"),
        product=Liquid(1000, Syringe(5000, 100)),
        reader="prescriber" if reader == "prescriber" else "person",
        language=language,
        on=ON,
    )


@pytest.mark.parametrize("reader", ["person", "prescriber"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_longest_brief_is_two_pages_and_says_what_it_left_out(reader, language) -> None:
    assert len(THIRTY) == 30
    first, second = pages_of(long(reader, language))
    for medicine in THIRTY:
        assert medicine.name in second
    shown = [medicine.name for medicine in THIRTY if medicine.name in first]
    assert {"codeine cough syrup", "Foobarol forte"} <= set(shown)
    if language == "en":
        more = re.search(r"and (\d+) more on page two", first)
        assert len(shown) + (int(more.group(1)) if more else 0) >= 30
        assert "(shortened to fit)" in first
        assert "more, left out here" in first
        assert first.index("Do not start.") < first.index("Why")
        assert "My prescriber decides." in first


def test_the_shortest_brief_is_two_pages_too() -> None:
    first, second = pages_of(make_brief(Facts(), on=ON))
    assert "Do not start yet." in first
    assert "Not written yet." in first
    assert second.startswith("For the prescriber")


def test_a_plan_of_sixty_steps_and_many_capsules_stays_on_its_page(brief_of) -> None:
    plan = make_plan(start_ug=100, step_ug=100, days=1, target_ug=6000)
    made = brief_of(plan=plan, product=Capsules((100, 200, 500, 1000, 3000)))
    _, second = pages_of(made)
    assert "6 mg = 2 x 3 mg" in second


def test_page_one_for_the_visit_and_page_two_for_the_prescriber(brief_of) -> None:
    first, second = pages_of(brief_of())
    for said in (
        "Synthetic person 3, 44 years old",
        "Fibromyalgia: may low-dose naltrexone be tried?",
        "Nothing that you told forbids it. That is not yet a yes: your prescriber decides.",
        "Pain every day for six years.",
        "Amitriptyline: too sleepy.",
        "ibuprofen 400",
        "What trials found",
        "The plan that is proposed",
        "How it would be judged",
        "Sources:",
        "My prescriber decides.",
    ):
        assert said in first
    for said in ("The product", "Calcium carbonate", "PHQ-9", "Liver values", "3 x 1.5 mg"):
        assert said in second


def test_codeine_on_paper(brief_of) -> None:
    first, second = pages_of(brief_of(facts(CODEINE)))
    assert "Do not start. Do not stop your pain medicine for this; talk first." in first
    assert "No plan stands here" in first
    for page in (first, second):
        assert not re.search(r"\d+ (?:to \d+ )?days|18 May|8 May|hours", page)
    assert "stand only in the prescriber's copy" in second
    doctors, told = pages_of(brief_of(facts(CODEINE), reader="prescriber"))
    assert doctors == first
    assert "7 to 10 days without any opioid" in told
    assert "not before 18 May 2026 if dependence is excluded" in told
    source = next(rule.interval.source for rule in rules() if rule.interval is not None)
    assert "".join(source.split()) in "".join(told.split())


def test_it_is_tagged_with_a_neutral_title_in_its_language(brief_of) -> None:
    for language in ("en", "de"):
        reader = opened(brief_of(language=language))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"].startswith(language)
        metadata = root["/Metadata"].get_object().get_data().decode()
        assert "pdfuaid" in metadata
        assert reader.metadata is not None
        told = f"{reader.metadata} {metadata}".casefold()
        assert "naltrexone" not in told
        assert "fibromyalgia" not in told
    assert _kinds(opened(brief_of())) >= {"/H1", "/H2", "/L", "/LI", "/Table", "/TH"}


def _kinds(reader: pypdf.PdfReader) -> set[str]:
    found: set[str] = set()
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, pypdf.generic.ArrayObject):
            waiting.extend(element)
        elif isinstance(element, pypdf.generic.DictionaryObject):
            found.add(str(element.get("/S", "")))
            if "/K" in element:
                waiting.append(element["/K"])
    return found


def test_the_bytes_are_the_same_in_another_process_and_time_zone(brief_of) -> None:
    code = (
        "import sys; from hashlib import sha256; from datetime import date\n"
        "from lodose.brief import make_brief, pdf; from brief_people import facts\n"
        "made = make_brief(facts(), condition='fibromyalgia', on=date(2026, 5, 10))\n"
        "sys.stdout.write(sha256(pdf(made)).hexdigest())"
    )
    path = os.pathsep.join([str(Path(brief_people.__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "PYTHONPATH": path},
    )
    same = make_brief(facts(), condition="fibromyalgia", on=date(2026, 5, 10))
    assert other.stdout == sha256(pdf(same)).hexdigest()
    assert pdf(same) != pdf(brief_of(why="Something else."))


def test_markup_is_shown_and_never_obeyed(brief_of) -> None:
    hostile = '#import "/etc/passwd" $x^2$ *bold* _it_ @ref <label> \\ `raw` // no /* no */ [ ] { }'
    made = brief_of(why=hostile, tried=hostile, questions=(hostile,), who="#panic()")
    first, _ = pages_of(made)
    for piece in (
        '#import "/etc/passwd"',
        "$x^2$",
        "*bold*",
        "_it_",
        "@ref",
        "<label>",
        "#panic()",
    ):
        assert piece in first
    assert "root:" not in first


@pytest.mark.property
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
    | st.text("#$*_@<>[]{}\\`~=-+/'\" \n", max_size=400)
    | st.text("WM", max_size=2000)
)
def test_any_text_makes_two_pages(text: str) -> None:
    told = Facts(medicines=(Medicine(name=f"x{text.strip()}"[:200]),))
    made = make_brief(told, why=text, tried=text, questions=(text,), who=text, on=ON)
    assert len(opened(made).pages) == 2
