"""``lodose brief``: one page for the doctor."""

import json as json_text
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json
from lodose.errors import InputError
from lodose.language import LANGUAGES, SOURCE

if TYPE_CHECKING:
    from lodose.brief import Brief, Told
    from lodose.brief.model import Reader

STOPPED = 1
_PLAN = "The plan"


@guarded
def brief(
    told: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Facts as for lodose screen, or a whole brief (TOML). Options replace its words.",
        ),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An illness of lodose evidence.", show_default=False),
    ] = None,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name on the page.", show_default=False)
    ] = None,
    why: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it is asked for.", show_default=False)
    ] = None,
    tried: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What was tried.", show_default=False)
    ] = None,
    question: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A question of your own; may be repeated."),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            metavar="PLAN",
            help="A ready plan of lodose plan.",
            show_default=False,
            rich_help_panel=_PLAN,
        ),
    ] = None,
    capsules: Annotated[
        str,
        typer.Option(metavar="STRENGTHS", help="'0.5 mg, 1.5 mg'.", rich_help_panel=_PLAN),
    ] = "",
    liquid: Annotated[
        str, typer.Option(metavar="STRENGTH", help="'1 mg/mL'.", rich_help_panel=_PLAN)
    ] = "",
    syringe: Annotated[
        str,
        typer.Option(metavar="SIZE/MARK", help="What it holds / one mark.", rich_help_panel=_PLAN),
    ] = "5 mL/0.1 mL",
    reader: Annotated[
        str,
        typer.Option(
            "--for", metavar="READER", help="person or prescriber; only the latter gets intervals."
        ),
    ] = "person",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the two pages (PDF).", show_default=False),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help=f"{', '.join(LANGUAGES)}.")
    ] = SOURCE,
    today: Annotated[
        datetime | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            formats=["%Y-%m-%d"],
            help="Write it as on this day. Default: today.",
            show_default=False,
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """One page for the visit, and a second one for the prescriber.

    The person's copy holds no opioid-free interval and no date counted from one.

    [bold]Examples[/bold]

        lodose brief facts.toml --condition fibromyalgia --plan cautious --out brief.pdf

        lodose brief brief.toml --out brief.pdf --language de

        lodose brief brief.toml --for prescriber --out prescriber.pdf

        lodose brief facts.toml --why "Pain every day" --question "What does it cost?" --json
    """
    from lodose.brief import as_data, make_brief
    from lodose.language import speaking

    on = today.date() if today is not None else datetime.now().astimezone().date()
    words = {"condition": condition, "who": who, "why": why, "tried": tried}
    with speaking(language):
        known = _together(told, words, question, plan, (capsules, liquid, syringe))
        made = make_brief(
            known.facts,
            on=on,
            condition=known.condition,
            who=known.who,
            why=known.why,
            tried=known.tried,
            questions=known.questions,
            plan=known.plan,
            product=known.product,
            judged_by=known.judged_by,
            reader=_reader(reader),
        )
        if out is not None:
            _write(out, made)
        if json:
            write_json(json_text.dumps(as_data(made), indent=2, ensure_ascii=False))
        else:
            _print(made)
    if made.outcome == "do not start":
        raise typer.Exit(STOPPED)


def _reader(name: str) -> "Reader":
    if name == "person":
        return "person"
    if name == "prescriber":
        return "prescriber"
    raise InputError(
        "is no reader", "write --for person or --for prescriber.", column="--for", value=name
    )


def _together(
    file: Path | None,
    words: dict[str, str | None],
    questions: list[str] | None,
    plan: str | None,
    product: tuple[str, str, str],
) -> "Told":
    """Put what stands on the command line in the place of what stands in the file."""
    from lodose.brief import Told, read_told
    from lodose.brief.files import product_of
    from lodose.regimen import ready
    from lodose.screening import facts_from

    known = read_told(file) if file is not None else Told(facts_from({}))
    known = replace(
        known,
        condition=_first(words["condition"], known.condition),
        who=_first(words["who"], known.who),
        why=_first(words["why"], known.why),
        tried=_first(words["tried"], known.tried),
    )
    if questions:
        known = replace(known, questions=tuple(questions))
    if plan is not None:
        known = replace(known, plan=ready(plan))
    swallowed = product_of(*product)
    return known if swallowed is None else replace(known, product=swallowed)


def _first(given: str | None, known: str) -> str:
    return known if given is None else given


def _write(path: Path, made: "Brief") -> None:
    from lodose.brief import pdf
    from lodose.cli.outputs import Outputs, check_pdf_place
    from lodose.screening.card import check_file_name

    check_file_name(path, option="--out")
    check_pdf_place(path)
    content = pdf(made)
    with Outputs() as outputs:
        outputs.file(path, lambda place: place.write_bytes(content))


def _print(made: "Brief") -> None:
    """The first page in short, and what is missing in it."""
    from rich.text import Text

    from lodose.language import translate

    console = printer()

    def line(text: str, style: str = "") -> None:
        # Never read as markup: a person wrote some of it.
        console.print(Text(text, style=style))

    line(made.question, "bold")
    line(made.headline, "bold")
    for finding in made.findings:
        line(f"{finding.severity} · {finding.about} ({finding.because})")
    for each in made.page_two.intervals:
        line(each, "bold")
    line("")
    line(translate("What trials found"), "bold")
    if made.evidence_note:
        line(made.evidence_note)
    for said in made.evidence:
        line(f"- {said.text} [{', '.join(said.sources)}]")
    line(made.certainty)
    line("")
    for heading, pairs in (
        (translate("The plan that is proposed"), made.plan),
        (translate("How it would be judged"), made.judged),
    ):
        if pairs:
            line(heading, "bold")
            for label, text in pairs:
                line(f"{label}: {text}")
            line("")
    if made.plan_note:
        line(made.plan_note)
        line("")
    line(translate("To settle at this visit"), "bold")
    for each in made.questions:
        line(f"- {each}")
    line("")
    line(made.decides, "bold")
