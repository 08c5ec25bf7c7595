"""The PDF: tagged, the same bytes everywhere, whole whatever the verdict."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import make_verdict
import pypdf
import pytest

import lodose
from lodose import read_diary, read_protocol
from lodose.examples.catalogue import names, write
from lodose.report.pdf import pdf_bytes, report_data, write_pdf
from lodose.verdict.result import Verdict


def opened(verdict: Verdict) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf_bytes(verdict)))


def words_of(reader: pypdf.PdfReader) -> str:
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\xad", "").split())


def structure(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    """Every element of the tag tree."""
    found = []
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, pypdf.generic.ArrayObject):
            waiting.extend(element)
        elif isinstance(element, pypdf.generic.DictionaryObject):
            if "/S" in element:
                found.append(element)
            if "/K" in element:
                waiting.append(element["/K"])
    return found


def test_it_is_tagged_and_says_its_language_and_a_neutral_title(any_verdict: Verdict) -> None:
    reader = opened(any_verdict)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Treatment report"
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()


def test_metadata_name_no_drug(pain: Verdict) -> None:
    reader = opened(pain)
    metadata = f"{reader.metadata} {reader.trailer['/Root']['/Metadata'].get_object().get_data()!r}"
    assert "naltrexone" not in metadata.lower()


def test_every_figure_has_words_and_tables_have_heads(any_verdict: Verdict) -> None:
    elements = structure(opened(any_verdict))
    kinds = [element["/S"] for element in elements]
    pictures = [element for element in elements if element["/S"] == "/Figure"]
    assert all(len(str(picture.get("/Alt", ""))) > 20 for picture in pictures)
    assert "/H1" in kinds
    assert "/H2" in kinds
    assert "/Table" in kinds
    assert "/TH" in kinds


def test_a_whole_verdict_has_four_pictures(pain: Verdict) -> None:
    kinds = [element["/S"] for element in structure(opened(pain))]
    assert kinds.count("/Figure") == 4


def test_page_1_is_the_persons_and_page_2_the_doctors(pain: Verdict) -> None:
    reader = opened(pain)
    first = " ".join(reader.pages[0].extract_text().split())
    for said in (
        "Does low-dose naltrexone help my pain?",
        pain.wording.answer,
        "Benefit",
        "Harm",
        "What this does not tell",
        "What is uncertain",
        "Next step",
        "prescriber decides",
        "Synthetic data",
    ):
        assert said in first
    second = " ".join(reader.pages[1].extract_text().split())
    assert second.startswith("For the doctor")
    assert "Each period" in second


def test_everything_that_made_the_answer_stands_in_it(pain: Verdict) -> None:
    said = words_of(opened(pain))
    made = pain.provenance
    for value in (made.protocol_sha256, made.diary_sha256, made.engine_hash, made.lodose_version):
        assert value in said
    assert "10.1136/bmj.h1738" in said
    assert "PMID 15207508" in said
    assert "Page 1 of" in said


def test_synthetic_data_are_labelled_on_every_page_and_real_data_never(pain: Verdict) -> None:
    for page in opened(pain).pages:
        assert "Synthetic data" in page.extract_text()
    real = replace(pain, protocol=pain.protocol.model_copy(update={"synthetic": False}))
    assert "ynthetic" not in words_of(opened(real))


def test_the_readings_stand_as_a_table_with_their_words_and_reasons(pain: Verdict) -> None:
    said = words_of(opened(pain))
    assert "Does the answer stand up?" in said
    for piece in (
        "probably helps (less firm)",
        "not known yet (changed)",
        "not done: 8 periods would be left without a record",
        "What else the model saw",
        "On Saturdays and Sundays your pain was 0.4 points worse",
    ):
        assert piece in said


@pytest.mark.interface
@pytest.mark.parametrize("name", [name for name in names() if name != "blank"])
def test_the_persons_page_of_every_example_is_one_page(name: str, tmp_path: Path) -> None:
    write(name, tmp_path)
    plan = read_protocol(tmp_path / "protocol.toml")
    reader = opened(lodose.verdict(read_diary(tmp_path / "diary.csv"), plan))
    assert reader.pages[1].extract_text().startswith("For the doctor")


def test_each_of_42_periods_is_a_row(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["many-blocks"]
    assert len(verdict.primary.periods) == 42
    cells = [e["/S"] for e in structure(opened(verdict))]
    assert cells.count("/TR") > 42
    assert len(opened(verdict).pages) <= 5


def test_what_is_missing_is_said_in_words(verdicts: dict[str, Verdict]) -> None:
    reader = opened(verdicts["not-estimable"])
    said = words_of(reader)
    assert "The effect could not be estimated. No day was recorded on the comparator." in said
    assert "nothing can be said about them here. That is not the same as none." in said
    assert "None" not in said
    assert "nan" not in said.split()
    # Without a curve the means of the periods take the first place.
    assert [e["/S"] for e in structure(reader)].count("/Figure") == 1


def test_asked_and_none_reported_differs_from_not_asked(verdicts: dict[str, Verdict]) -> None:
    assert "asked and none was reported" in words_of(opened(verdicts["before-after"]))


def test_text_of_a_person_is_shown_and_never_obeyed(verdicts: dict[str, Verdict]) -> None:
    said = words_of(opened(verdicts["hostile"]))
    for piece in ('#import "/etc/passwd"', "$x^2$", "*bold*", "_it_", "@ref", "[red]markup[/red]"):
        assert piece in said
    assert "root:" not in said


def test_pictures_carry_a_persons_text_as_text(verdicts: dict[str, Verdict]) -> None:
    for chart in report_data(verdicts["hostile"])["charts"].values():
        assert "<script" not in chart["svg"]


def test_the_bytes_are_the_same_in_another_process_and_time_zone(pain: Verdict) -> None:
    code = (
        "import sys; from hashlib import sha256; from make_verdict import pain_verdict\n"
        "from lodose.report import pdf_bytes\n"
        "sys.stdout.write(sha256(pdf_bytes(pain_verdict())).hexdigest())"
    )
    path = os.pathsep.join([str(Path(make_verdict.__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "PYTHONPATH": path},
    )
    assert other.stdout == sha256(pdf_bytes(pain)).hexdigest()


def test_another_answer_gives_other_bytes(pain: Verdict) -> None:
    other = replace(pain, wording=replace(pain.wording, answer="Something else."))
    assert pdf_bytes(other) != pdf_bytes(pain)


@pytest.mark.parametrize("question", ["低用量は効きますか", "Does it help? \N{GRINNING FACE}"])
def test_writing_that_the_fonts_lack_does_not_stop_the_report(question: str) -> None:
    assert len(opened(make_verdict.pain_verdict(question=question)).pages) >= 2


def test_long_text_runs_on_instead_of_off_the_page(verdicts: dict[str, Verdict]) -> None:
    said = words_of(opened(verdicts["long"]))
    assert "Remark 24" in said
    assert "effect 11" in said


def test_it_is_written_to_a_file(pain: Verdict, tmp_path: Path) -> None:
    path = write_pdf(pain, tmp_path / "report.pdf")
    assert path.read_bytes() == pdf_bytes(pain)
