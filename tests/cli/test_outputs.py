"""Files appear whole or not at all, and never in place of something else."""

from pathlib import Path

import pytest

from lodose.cli.outputs import Outputs, check_pdf_place
from lodose.errors import InputError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_put_in_place_together(tmp_path: Path) -> None:
    with Outputs() as outputs:
        outputs.file(tmp_path / "a.pdf", lambda path: path.write_text("new"))
        outputs.folder(tmp_path / "charts", lambda folder: (folder / "b.svg").write_text("chart"))
        assert not (tmp_path / "a.pdf").exists()
        assert not (tmp_path / "charts" / "b.svg").exists()
    assert (tmp_path / "a.pdf").read_text() == "new"
    assert names(tmp_path) == ["a.pdf", "charts"]
    assert names(tmp_path / "charts") == ["b.svg"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    report.write_text("old")

    def fail(folder: Path) -> None:
        (folder / "half.svg").write_text("half")
        raise RuntimeError

    def write_both() -> None:
        with Outputs() as outputs:
            outputs.file(report, lambda path: path.write_text("new"))
            outputs.folder(tmp_path / "charts", fail)

    with pytest.raises(RuntimeError):
        write_both()
    assert report.read_text() == "old"
    assert names(tmp_path) == ["report.pdf"]


def test_a_report_may_replace_a_report_and_nothing_else(tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    check_pdf_place(report)
    report.write_bytes(b"%PDF-1.7\n")
    check_pdf_place(report)

    diary = tmp_path / "diary.csv"
    diary.write_text("date,pain\n")
    with pytest.raises(InputError, match=r"diary\.csv: exists and is not a PDF"):
        check_pdf_place(diary)
    with pytest.raises(InputError, match="is a folder"):
        check_pdf_place(tmp_path)
    with pytest.raises(InputError, match="its folder is not there"):
        check_pdf_place(tmp_path / "nowhere" / "report.pdf")
