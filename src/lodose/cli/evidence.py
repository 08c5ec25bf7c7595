"""``lodose evidence``: what is known, and how sure?"""

import json as json_text
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from lodose.evidence import Evidence
    from lodose.evidence.chances import Chances
    from lodose.evidence.pages import ClaimPage, ConditionPage, ShownPoint


@guarded
def evidence(
    action: Annotated[
        Literal["check"] | None,
        typer.Argument(metavar="[check]", help="Check the records instead of showing them."),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What was found for a condition, such as fibromyalgia."),
    ] = None,
    claim: Annotated[
        str | None, typer.Option(metavar="NAME", help="One of the six claims, such as pain.")
    ] = None,
    chances: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How many of 100 people improved, for a condition."),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Read studies/, claims.toml and conditions.toml from here. Default: those that "
            "come with Lodose.",
            show_default=False,
        ),
    ] = None,
    charts: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Also write the pictures of the condition or of the chances, as SVG.",
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """What do studies of low-dose naltrexone show, and how sure is that?

    [bold]Examples[/bold]

        lodose evidence

        lodose evidence --condition fibromyalgia

        lodose evidence --claim pain --json

        lodose evidence --chances fibromyalgia

        lodose evidence check
    """
    from lodose.evidence import read_evidence, read_folder

    asked = [one for one in (action, condition, claim, chances) if one is not None]
    if len(asked) > 1:
        raise typer.BadParameter("ask one thing at a time: check, --condition, --claim, --chances")
    if charts is not None and condition is None and chances is None:
        raise typer.BadParameter("--charts needs --condition or --chances")
    known = read_folder(records) if records is not None else read_evidence()
    if action == "check":
        _say_checked(known, json=json)
    elif condition is not None:
        _show_condition(known, condition, charts, json=json)
    elif claim is not None:
        _show_claim(known, claim, json=json)
    elif chances is not None:
        _show_chances(known, chances, charts, json=json)
    else:
        _show_front(known, json=json)


def _say_checked(known: "Evidence", *, json: bool) -> None:
    counted = {
        "studies": len(known.studies),
        "figures": sum(len(one.figures) for one in known.studies.values()),
        "claims": len(known.claims),
        "conditions": len(known.conditions),
    }
    if json:
        write_json(json_text.dumps({"sound": True, **counted}, indent=2))
        return
    typer.echo(
        f"Sound: {counted['studies']} studies with {counted['figures']} figures, "
        f"{counted['claims']} claims, {counted['conditions']} conditions."
    )


def _show_front(known: "Evidence", *, json: bool) -> None:
    from lodose.evidence.pages import claim_page, condition_page

    claims = [claim_page(known, one) for one in known.claims]
    pages = [condition_page(known, one) for one in known.conditions]
    if json:
        names = [{"id": one.id, "name": one.name, "controlled": one.controlled} for one in pages]
        _print_json({"claims": [asdict(one) for one in claims], "conditions": names})
        return
    console = printer()
    for page in claims:
        _line(console, page.statement, style="bold", mark=f"({page.id})")
        _line(console, page.verdict)
        for rating in page.ratings:
            _line(console, f"{rating.heading}: {rating.about}: {rating.certainty}", style="dim")
        console.print()
    _line(console, "Conditions", style="bold")
    for one in pages:
        _line(console, f"  {one.id}: {one.name}")
    console.print()
    _line(console, claims[0].closing, style="bold")


def _show_condition(known: "Evidence", name: str, charts: Path | None, *, json: bool) -> None:
    from lodose.evidence.pages import condition_page

    page = condition_page(known, name)
    if charts is not None:
        from lodose.evidence.charts import write_pool_charts

        for path in write_pool_charts(page, charts):
            typer.echo(f"Written: {path}", err=True)
    if json:
        _print_json(asdict(page))
    else:
        _print_condition(page)


def _print_condition(page: "ConditionPage") -> None:
    from rich.table import Table

    console = printer()
    _line(console, page.name, style="bold")
    if page.warning:
        _line(console, page.warning, style="bold")
    _print_points(console, page.found)
    _line(
        console,
        f"{page.rating.heading}: {page.rating.about}: {page.rating.certainty}. "
        f"{page.rating.reason}",
    )
    for missing in page.missing:
        _line(console, f"Missing: {missing}")
    for pool in page.pools:
        console.print()
        _line(console, f"{pool.label} ({pool.unit})", style="bold")
        _line(console, f"{pool.note} {pool.scatter}")
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("Trial or way of pooling")
        table.add_column("Effect (95 %)", no_wrap=True)
        table.add_column("Read in", no_wrap=True)
        for row in pool.rows:
            table.add_row(row.label, row.text, f"{row.place} {row.identifier}".strip())
        console.print(table)
    for study in page.studies:
        console.print()
        _line(console, study.name, style="bold", mark=study.identifier)
        about = [study.design, study.dose, study.length]
        about.insert(1, f"{study.people} people" if study.people else "")
        _line(console, ", ".join(part for part in about if part), style="dim")
        _line(console, study.sentence)
        for figure in study.figures:
            note = f" {figure.note}" if figure.note else ""
            _line(console, f"  {figure.label}: {figure.text} [{figure.place}]{note}")
            if figure.doubt:
                _line(console, f"  Does not add up, or only just: {figure.doubt}", style="bold")
        _line(console, f"Limits: {study.limits}")
        _line(console, f"Read: {', '.join(study.read)}. Checked: {study.verified}", style="dim")
    console.print()
    _line(console, page.closing, style="bold")


def _show_claim(known: "Evidence", name: str, *, json: bool) -> None:
    from lodose.evidence.pages import claim_page

    page = claim_page(known, name)
    if json:
        _print_json(asdict(page))
    else:
        _print_claim(page)


def _print_claim(page: "ClaimPage") -> None:
    console = printer()
    _line(console, page.statement, style="bold")
    _line(console, page.verdict)
    for rating in page.ratings:
        _line(console, f"{rating.heading}: {rating.about}: {rating.certainty}. {rating.reason}")
    _line(console, "Strongest support", style="bold")
    _print_points(console, page.support)
    _line(console, "Strongest opposition", style="bold")
    _print_points(console, page.opposition)
    for missing in page.missing:
        _line(console, f"Missing: {missing}")
    _line(console, page.closing, style="bold")


def _show_chances(known: "Evidence", name: str, charts: Path | None, *, json: bool) -> None:
    from lodose.evidence.chances import chances

    found = chances(known, name)
    if charts is not None:
        from lodose.evidence.charts import write_chances

        for path in write_chances(found, charts):
            typer.echo(f"Written: {path}", err=True)
    if json:
        _print_json(asdict(found))
        return
    _print_chances(found)


def _print_chances(found: "Chances") -> None:
    console = printer()
    _line(console, found.name, style="bold")
    for title, share in (
        ("On it", found.active),
        ("On placebo", found.placebo),
        ("On placebo, trials of other medicines", found.other_placebo),
    ):
        filled = "●" * share.in_100 + "○" * (100 - share.in_100)
        _line(
            console,
            f"{title}: {share.in_100} of 100 ({share.lower} to {share.upper})",
            mark=f"[{share.place}, {share.identifier}]",
        )
        for row in range(0, 100, 50):
            _line(console, f"  {filled[row : row + 50]}")
    for sentence in found.sentences:
        _line(console, sentence)
    _line(console, f"{found.heading}: {found.certainty}. {found.reason}", style="bold")


def _print_points(console: "Console", points: "Sequence[ShownPoint]") -> None:
    for point in points:
        sources = "; ".join(f"{one.identifier}, {one.read}" for one in point.sources)
        _line(console, f"- {point.text}", mark=f"[{sources}]")


def _line(console: "Console", text: str, *, style: str = "", mark: str = "") -> None:
    """Print text as it is: what stands in a record is never read as markup."""
    from rich.text import Text

    line = Text(text, style=style)
    if mark:
        line.append(f" {mark}", style="dim")
    console.print(line)


def _print_json(value: dict[str, Any]) -> None:
    write_json(json_text.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
