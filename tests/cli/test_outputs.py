"""Files appear whole or not at all, and never in place of something else."""

import errno
import os
import shlex
import stat
from pathlib import Path

import pytest

from lodose.cli.outputs import Outputs, check_charts_place, check_pdf_place
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


def test_a_pipe_is_refused_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a regular file"):
        check_pdf_place(pipe)
    with pytest.raises(InputError, match="not a folder"):
        check_charts_place(pipe)
    with pytest.raises(InputError, match="not a regular file"), Outputs() as outputs:
        outputs.file(pipe, lambda path: path.write_text("new"))
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "report.pdf"
    link.symlink_to(tmp_path / "gone.pdf")
    with pytest.raises(InputError, match="not a regular file"):
        check_pdf_place(link)


def test_a_chart_never_takes_the_place_of_a_folder_and_then_nothing_is_new(tmp_path: Path) -> None:
    (tmp_path / "charts" / "b.svg").mkdir(parents=True)

    def write_both() -> None:
        with Outputs() as outputs:
            outputs.file(tmp_path / "a.pdf", lambda path: path.write_text("new"))
            outputs.folder(tmp_path / "charts", lambda folder: (folder / "b.svg").write_text("b"))

    with pytest.raises(InputError, match="not a regular file"):
        write_both()
    assert names(tmp_path) == ["charts"]
    assert (tmp_path / "charts" / "b.svg").is_dir()


def test_when_one_cannot_be_put_in_place_all_are_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.pdf").write_text("old")
    replace = Path.replace

    def refuse_the_last(self: Path, target: Path) -> Path:
        if self.name == "c.svg":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return replace(self, target)

    def two(folder: Path) -> None:
        (folder / "b.svg").write_text("b")
        (folder / "c.svg").write_text("c")

    monkeypatch.setattr(Path, "replace", refuse_the_last)
    charts = tmp_path / "deep" / "charts"

    def write_all() -> None:
        with Outputs() as outputs:
            outputs.file(tmp_path / "old.pdf", lambda path: path.write_text("new"))
            outputs.file(tmp_path / "new.pdf", lambda path: path.write_text("new"))
            outputs.folder(charts, two)

    with pytest.raises(InputError) as caught:
        write_all()
    assert caught.value.file == str(charts)
    assert names(tmp_path) == ["old.pdf"]
    assert (tmp_path / "old.pdf").read_text() == "old"


@pytest.mark.parametrize(
    ("number", "mend"), [(errno.ENOSPC, "make room on the disk"), (errno.EIO, "choose another")]
)
def test_a_failure_to_write_names_the_path_asked_for(
    tmp_path: Path, number: int, mend: str
) -> None:
    asked = tmp_path / "report.pdf"

    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(number, os.strerror(number), str(path))

    for kind in ("file", "folder"):
        with pytest.raises(InputError) as caught, Outputs() as outputs:
            getattr(outputs, kind)(asked, fail if kind == "file" else lambda at: fail(at / "x"))
        assert caught.value.file == str(asked)
        assert os.strerror(number) in str(caught.value)
        assert ".lodose-" not in str(caught.value)
        assert mend in caught.value.mend
        assert names(tmp_path) == []


def test_a_read_only_folder_is_named_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "shut"
    shut.mkdir()
    # Asked of the system and not tried out: to an administrator every folder is open.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != shut)
    with pytest.raises(InputError, match="read-only") as caught:
        check_pdf_place(shut / "report.pdf")
    assert caught.value.file == str(shut / "report.pdf")
    for charts in (shut, shut / "new" / "charts"):
        with pytest.raises(InputError, match="read-only") as caught:
            check_charts_place(charts)
        assert caught.value.file == str(charts)
    check_charts_place(tmp_path / "open" / "charts")


def test_charts_below_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is not a folder"):
        check_charts_place(tmp_path / "file" / "charts")


def test_the_mend_for_a_missing_folder_makes_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "not there" / "at all"
    with pytest.raises(InputError) as caught:
        check_pdf_place(folder / "report.pdf")
    command = shlex.split(caught.value.mend.partition(": ")[2])
    assert command == ["mkdir", "-p", str(folder)]
