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
    from lodose.evidence.pools import ShownPool


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
    pool: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STUDY#FIGURE",
            help="Put figures of several studies together; give it once for each.",
            show_default=False,
        ),
    ] = None,
    standardised: Annotated[
        bool,
        typer.Option(
            "--standardised", help="With --pool: turn means of groups into standardised ones."
        ),
    ] = False,
    tau_scale: Annotated[
        float,
        typer.Option(
            metavar="NUMBER",
            help="With --pool: scale of the half-normal prior for the spread between trials, in "
            "the unit of the effects.",
        ),
    ] = 0.5,
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", help="With check: write what each number rests on into traces.toml first."
        ),
    ] = False,
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

        lodose evidence --pool final-2024#any-side-effect --pool innova-2026#any-side-effect

        lodose evidence check

        lodose evidence check --trace --records my-records
    """
    from lodose.evidence import read_evidence, read_folder

    asked = [one for one in (action, condition, claim, chances, pool or None) if one is not None]
    _check_asked(asked, charts=charts is not None and condition is None and chances is None)
    if trace:
        _trace(action, records)
    known = read_folder(records) if records is not None else read_evidence()
    if action == "check":
        _say_checked(known, json=json)
    elif condition is not None:
        _show_condition(known, condition, charts, json=json)
    elif claim is not None:
        _show_claim(known, claim, json=json)
    elif chances is not None:
        _show_chances(known, chances, charts, json=json)
    elif pool:
        _show_pool(known, pool, standardised=standardised, tau_scale=tau_scale, json=json)
    else:
        _show_front(known, json=json)


def _check_asked(asked: Sequence[object], *, charts: bool) -> None:
    if len(asked) > 1:
        raise typer.BadParameter(
            "ask one thing at a time: check, --condition, --claim, --chances, --pool"
        )
    if charts:
        raise typer.BadParameter("--charts needs --condition or --chances")


def _trace(action: str | None, records: Path | None) -> None:
    from importlib import resources

    from lodose.evidence.catalogue import trace_folder

    if action != "check":
        raise typer.BadParameter("--trace needs check")
    if records is not None:
        path = trace_folder(records)
    else:
        with resources.as_file(resources.files("lodose.evidence")) as folder:
            path = trace_folder(folder)
    typer.echo(f"Written: {path}. Read each line that was added.", err=True)


def _show_pool(
    known: "Evidence", figures: list[str], *, standardised: bool, tau_scale: float, json: bool
) -> None:
    from lodose.evidence.pools import pool_figures
    from lodose.language import translate

    label = ", ".join(dict.fromkeys(translate(known.figure(one)[1].label) for one in figures))
    unit = "" if standardised else known.figure(figures[0])[1].unit
    found = pool_figures(
        known, figures, label=label, unit=unit, tau_scale=tau_scale, standardised=standardised
    )
    if json:
        _print_json(asdict(found))
    else:
        _print_pool(printer(), found)


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
        _line(console, f"Missing: {missing.text}")
    for pool in page.pools:
        console.print()
        _print_pool(console, pool)
    for study in page.studies:
        console.print()
        _line(console, study.name, style="bold", mark=study.identifier)
        about = [study.design, study.dose, study.length]
        about.insert(1, f"{study.people} people" if study.people else "")
        _line(console, ", ".join(part for part in about if part), style="dim")
        _line(console, study.sentence)
        for figure in study.figures:
            note = f" {figure.note}" if figure.note else ""
            mark = f"[{figure.place}, {figure.identifier}] {figure.reference}"
            kind = f" ({figure.kind})" if figure.kind else ""
            _line(console, f"  {figure.label}: {figure.text}{kind}{note}", mark=mark)
            if figure.doubt:
                _line(console, f"  Does not add up, or only just: {figure.doubt}", style="bold")
        _line(console, f"Limits: {study.limits}")
        _line(console, f"Read: {', '.join(study.read)}. Checked: {study.verified}", style="dim")
    console.print()
    _line(console, page.closing, style="bold")


def _print_pool(console: "Console", pool: "ShownPool") -> None:
    from rich.table import Table

    _line(console, f"{pool.label} ({pool.unit})" if pool.unit else pool.label, style="bold")
    _line(console, f"{pool.note} {pool.scatter}")
    trials = Table(box=None, pad_edge=False, header_style="dim")
    trials.add_column("Trial")
    trials.add_column("Ratio (95 %)" if pool.ratio else "Effect (95 %)", no_wrap=True)
    trials.add_column("Weight", justify="right")
    trials.add_column("Read in", no_wrap=True)
    for row in pool.rows:
        if row.weight is not None:
            weight = f"{100 * row.weight:.0f} %"
            trials.add_row(row.label, row.text, weight, f"{row.place}, {row.identifier}")
    console.print(trials)
    ways = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("Put together", "Effect (95 %)", "Spread", "A further trial (95 %)"):
        ways.add_column(title)
    for way in pool.ways:
        ways.add_row(way.label, way.text, way.spread, way.prediction)
    for left in pool.without:
        ways.add_row(left.label, left.text, "", "")
    console.print(ways)
    for limit in pool.limits:
        _line(console, limit)


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
        _line(console, f"Missing: {missing.text}")
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
