"""``lodose verdict``: does it work for me?"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodose.cli.options import DiaryFile, JsonFlag, ProtocolFile, Today
from lodose.cli.outputs import Outputs, check_charts_place, check_pdf_place
from lodose.cli.shared import (
    day_of_reading,
    guarded,
    printer,
    progress,
    read_inputs,
    write_json,
)
from lodose.errors import InputError
from lodose.language import LANGUAGES, SOURCE, current_language, speaking, translate

if TYPE_CHECKING:
    from datetime import date, datetime

    from lodose.diary import Diary
    from lodose.trial import Protocol
    from lodose.verdict import Verdict


@guarded
def verdict(
    diary: DiaryFile,
    protocol: ProtocolFile = None,
    pdf: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report for your prescriber as a PDF here."),
    ] = None,
    charts: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the report's charts as SVG files here."),
    ] = None,
    json: JsonFlag = False,
    today: Today = None,
    no_planning: Annotated[
        bool,
        typer.Option(
            "--no-planning",
            help="Do not work out how many more cycles would settle an open answer.",
        ),
    ] = False,
    occupancy: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM",
            help="Also read the days by the receptor occupancy that the model predicts from the "
            "doses, swallowed at this time of day.",
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(metavar="|".join(LANGUAGES), help="Language of the answer and the report."),
    ] = SOURCE,
) -> None:
    """Answer from a diary: does the treatment work for me, and how sure is that?

    The answer is printed; --pdf writes the report to take to your prescriber, who decides.

    [bold]Examples[/bold]

        lodose verdict demo/diary.csv

        lodose verdict diary.csv --protocol plan.toml --pdf report.pdf

        lodose verdict diary.csv --json > verdict.json

        lodose verdict diary.csv --language de --pdf report.pdf

        lodose verdict diary.csv --occupancy 21:00
    """
    with speaking(language):
        _answer(
            diary,
            protocol,
            pdf=pdf,
            charts=charts,
            json=json,
            today=today,
            no_planning=no_planning,
            occupancy=occupancy,
        )


def _answer(
    diary: Path,
    protocol: Path | None,
    *,
    pdf: Path | None,
    charts: Path | None,
    json: bool,
    today: "datetime | None",
    no_planning: bool,
    occupancy: str | None,
) -> None:
    if pdf is not None:
        check_pdf_place(pdf)
    if charts is not None:
        check_charts_place(charts)
    entries, plan = read_inputs(diary, protocol)
    on = day_of_reading(today, plan)
    _check_faults(entries, plan, on, diary.name)
    exposures = None
    if occupancy is not None:
        from lodose.cli.occupancy import occupancy_by_day, time_of_day

        exposures = occupancy_by_day(entries, plan, time_of_day(occupancy))
    with progress(translate("Reading the answer out of the diary ...")):
        # Only now: the numerical libraries take a second that a bad diary need not wait for.
        from lodose.verdict import to_json
        from lodose.verdict import verdict as answer

        result = answer(entries, plan, today=on, exposures=exposures)
    if result.word == "not known yet":
        with progress(translate("Looking ahead ...")):
            result = _with_planning(result, entries, left_out=no_planning)

    with Outputs() as outputs:
        if pdf is not None or charts is not None:
            from lodose.report import write_charts, write_pdf

            with progress(translate("Drawing the report ...")):
                if pdf is not None:
                    outputs.file(pdf, lambda path: write_pdf(result, path))
                if charts is not None:
                    outputs.folder(charts, lambda folder: write_charts(result, folder))

    if json:
        write_json(to_json(result))
    else:
        from lodose.report import print_terminal

        print_terminal(result, printer())
        for written in (pdf, charts):
            if written is not None:
                typer.echo(translate("Written: {path}").format(path=written))


def _check_faults(entries: "Diary", plan: "Protocol", on: "date", file: str) -> None:
    """Stop at the first fault: no answer is built on values that must be mended first."""
    from lodose.trial import audit

    faults = audit(entries, plan, today=on).errors
    if not faults:
        return
    first = faults[0]
    mend = (
        translate(
            "correct it in the file or the plan; `lodose check {file}` lists every fault. {number} "
            "such faults were found."
        )
        if len(faults) > 1
        else translate(
            "correct it in the file or the plan; `lodose check {file}` lists every fault."
        )
    )
    raise InputError(
        _said(first.message).rstrip("."),
        mend.format(file=file, number=len(faults)),
        file=file,
        row=first.line,
    )


def _said(message: str) -> str:
    """Say a message of the audit in the person's language."""
    if current_language() == SOURCE:
        return message
    from lodose.verdict.retold import retold  # loads the numerical libraries with its room

    return retold(message)


def _with_planning(result: "Verdict", entries: "Diary", *, left_out: bool) -> "Verdict":
    """Add how many more cycles would settle an answer that is open for want of days."""
    from lodose.planning import LEFT_OUT, cycles_to_settle, more_days_may_settle

    if not more_days_may_settle(result, entries):
        return result
    if left_out:
        left = replace(LEFT_OUT, words=translate(LEFT_OUT.words))
        return replace(result, planning=left)
    from concurrent.futures import ThreadPoolExecutor

    from lodose.workers import usable_cores

    with ThreadPoolExecutor(min(4, usable_cores())) as threads:  # compiled work runs side by side
        found = cycles_to_settle(entries, result.protocol, executor=threads)
    return replace(result, planning=found)
