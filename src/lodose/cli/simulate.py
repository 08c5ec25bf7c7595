"""``lodose simulate``: where does it go, and for how long?"""

import json as json_text
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json
from lodose.errors import InputError

if TYPE_CHECKING:
    from lodose.pharmacology import History


@guarded
def simulate(
    dose: Annotated[str, typer.Option(metavar="DOSE", help="With its unit: '4.5 mg'.")] = "4.5 mg",
    days: Annotated[int, typer.Option(help="Days it is taken.")] = 14,
    every: Annotated[float, typer.Option(help="Hours from dose to dose; 12 when split.")] = 24.0,
    missed: Annotated[str, typer.Option(metavar="NUMBERS", help="Doses left out: '5,6'.")] = "",
    doubled: Annotated[str, typer.Option(metavar="NUMBERS", help="Doses taken twice: '8'.")] = "",
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Doses as they were taken: lines of '2026-05-01T21:00+02:00,4.5 mg'. Then --dose, "
            "--days, --every, --missed, --doubled and --at do not count.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="Time of the dose.")] = "21:00",
    reader: Annotated[
        str, typer.Option("--for", metavar="READER", help="person or prescriber.")
    ] = "person",
    people: Annotated[int, typer.Option(help="How many are drawn for the bands.")] = 500,
    liver: Annotated[
        str,
        typer.Option(help="healthy, 'compensated cirrhosis' or 'decompensated cirrhosis'."),
    ] = "healthy",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="A dose above 6 mg is meant as written.")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the picture (.svg).")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Where does it go? What the model says of the blood and the receptors.

    A person gets the shape in words; a prescriber gets the numbers of all three structures.

    [bold]Examples[/bold]

        lodose simulate

        lodose simulate --dose "4.5 mg" --days 14 --missed 5,6 --for prescriber

        lodose simulate --for prescriber --chart block.svg --json

        lodose simulate --log doses.csv --for prescriber
    """
    from lodose.pharmacology import amount_ug, dose_log, regimen, typical
    from lodose.pharmacology.history import parse_log
    from lodose.pharmacology.views import READERS, view

    if reader not in READERS:
        raise InputError(
            "is no reader", "write --for person or --for prescriber.", column="--for", value=reader
        )
    if log is not None:
        history, _ = dose_log(parse_log(_text(log), file=log.name), confirmed=confirm)
    else:
        history = regimen(
            amount_ug(dose),
            days=days,
            every_h=every,
            missed=_numbers(missed, "--missed"),
            doubled=_numbers(doubled, "--doubled"),
            start_h=_hour(at),
            confirmed=confirm,
        )
    who = typical().with_liver_disease(liver)
    shown = view(history, reader, people=people, parameters=who)
    if reader == "prescriber" and log is None:
        shown["taken_at"] = at
    if chart is not None:
        _write_chart(chart, history, reader, people, liver)
    if json:
        write_json(json_text.dumps(shown, indent=2, ensure_ascii=False))
    elif reader == "person":
        _print_person(shown)
    else:
        _print_prescriber(shown)


def _numbers(text: str, option: str) -> set[int]:
    try:
        return {int(each) for each in text.split(",")} if text.strip() else set()
    except ValueError:
        raise InputError(
            "is no list of numbers", "write numbers of doses: 5,6", column=option, value=text
        ) from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is no text", "save it as UTF-8.", file=path.name) from None


def _hour(text: str) -> float:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise InputError("is no time", "write it as 21:00.", column="--at", value=text) from None
    return found.hour + found.minute / 60.0


def _write_chart(path: Path, history: "History", reader: str, people: int, liver: str) -> None:
    from lodose.cli.outputs import Outputs
    from lodose.pharmacology import typical
    from lodose.pharmacology.charts import occupancy_chart, shape_chart
    from lodose.report.drawing import svg

    if reader == "person":
        drawn = svg(shape_chart(history), 720)
    else:
        who = typical().with_liver_disease(liver)
        drawn = svg(occupancy_chart(history, people=people, parameters=who), 720)
    with Outputs() as outputs:
        outputs.file(path, lambda place: place.write_text(drawn, encoding="utf-8"))


def _print_person(shown: dict[str, Any]) -> None:
    from rich.markup import escape

    console = printer()
    console.print(f"[bold]{escape(shown['warning'])}[/bold]\n")
    for each in shown["shape"]:
        console.print(escape(each))
    console.print(f"\n{escape(shown['measured'])}")
    console.print(f"[bold]{escape(shown['decides'])}[/bold]")


def _print_prescriber(shown: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = printer()
    plasma = shown["plasma"]
    console.print(f"[bold]{escape(shown['rule'])}[/bold]\n")
    console.print(
        f"Peak in plasma {plasma['peak_ng_per_ml']} ng/mL ({plasma['peak_nm']} nM) "
        f"{plasma['peak_hours_after_dose']} h after the last dose\n"
    )
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in ("mu receptors, last day", *(each["structure"] for each in shown["structures"])):
        table.add_column(head)
    for head, key in (
        ("peak, %", "peak_percent"),
        ("trough, %", "trough_percent"),
        ("days to steady state", "days_to_steady"),
        ("chi-square on 12 scans", "chi_square"),
    ):
        table.add_row(head, *(str(each[key]) for each in shown["structures"]))
    for label, key in (
        ("hours above", "hours_above"),
        ("hours until below", "hours_until_below"),
    ):
        for share in shown["structures"][0][key]:
            cells = [_or_long(each[key][share]) for each in shown["structures"]]
            table.add_row(f"{label} {share}", *cells)
    console.print(table)
    _print_residual(shown)
    console.print(f"\n{escape(shown['measured'])}")
    console.print(escape(shown["stories"]["short_blockade"]["says"]))
    for each in shown["stories"]["tlr4"]:
        console.print(
            f"TLR4: {escape(each['what'])}: {each['um']:g} µM, {each['times_the_peak']:,.0f} times "
            f"the peak. {escape(each['note'])}"
        )


def _print_residual(shown: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = printer()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in ("days after the last dose", "M0", "M1", "M2"):
        table.add_column(head)
    rows = shown["residual"]
    for day in sorted({each["days_after_last_dose"] for each in rows}):
        cells = [
            "{} % ({}-{})".format(each["median_percent"], *each["band_90_percent"])
            for each in rows
            if each["days_after_last_dose"] == day
        ]
        table.add_row(str(day), *cells)
    console.print("\n[bold]Still occupied: median and 90 % band[/bold]")
    console.print(table)
    for each in shown["guidelines"]:
        console.print(
            f"Stated: {each['hours']:g} h, {escape(each['what'])} ({escape(each['source_text'])}). "
            f"{escape(each['note'])}"
        )
    console.print(f"[bold]{escape(shown['not_before'])}[/bold]")


def _or_long(hours: float | None) -> str:
    return "over 2880" if hours is None else f"{hours:g}"
