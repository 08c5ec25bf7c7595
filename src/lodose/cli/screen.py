"""``lodose screen``: may it be taken?"""

import json as json_text
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json
from lodose.errors import InputError

if TYPE_CHECKING:
    from lodose.screening import Facts

STOPPED = 1


@guarded
def screen(
    facts: Annotated[
        Path | None,
        typer.Argument(metavar="FACTS", help="What is known (TOML). Options add to it."),
    ] = None,
    medicine: Annotated[
        list[str] | None,
        typer.Option(
            "--medicine",
            "-m",
            metavar="NAME[=DATE]",
            help="A medicine taken now, with the day of the last dose where it is known.",
        ),
    ] = None,
    stopped: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=DATE]", help="A medicine no longer taken, with its last day."),
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="An illness, now or before.")
    ] = None,
    allergy: Annotated[list[str] | None, typer.Option(metavar="NAME", help="An allergy.")] = None,
    lab: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE/LIMIT", help="ALT=120/40, AST, bilirubin; eGFR=55."),
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND[=DATE]", help="An operation, a birth, an emergency."),
    ] = None,
    product: Annotated[
        list[str] | None,
        typer.Option(metavar="WORDS", help="How it is made: slow release, home diluted."),
    ] = None,
    age: Annotated[int | None, typer.Option(help="Years.", show_default=False)] = None,
    pregnancy: Annotated[
        str | None,
        typer.Option(
            metavar="ANSWER",
            help="pregnant, planning, breastfeeding, no, or 'does not apply'.",
            show_default=False,
        ),
    ] = None,
    alcohol: Annotated[
        bool | None,
        typer.Option("--alcohol/--no-alcohol", help="Is alcohol drunk?", show_default=False),
    ] = None,
    reader: Annotated[
        str, typer.Option("--for", metavar="READER", help="person or prescriber.")
    ] = "person",
    override: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE=REASON",
            help="A prescriber's decision against a contraindication, with the reason, which is "
            "kept. Needs --for prescriber and --by.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="NAME", help="The prescriber who decides.", show_default=False)
    ] = "",
    card: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a card for the wallet (PDF), with --dose and --by.",
            show_default=False,
        ),
    ] = None,
    dose: Annotated[
        str | None,
        typer.Option(metavar="DOSE", help="For the card, such as '4.5 mg'.", show_default=False),
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            formats=["%Y-%m-%d"],
            help="Screen as on this day. Default: today.",
            show_default=False,
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """May it be taken? Every rule that speaks against it, and every question still open.

    A medicine that is not recognised is never taken for harmless.

    [bold]Examples[/bold]

        lodose screen --medicine "co-codamol 30/500" --condition fibromyalgia

        lodose screen facts.toml --for prescriber --json

        lodose screen --stopped "tramadol=2026-05-01" --for prescriber

        lodose screen facts.toml --card card.pdf --dose "4.5 mg" --by "Dr Name, telephone"
    """
    from lodose.screening import facts_from, read_facts
    from lodose.screening import screen as screened
    from lodose.screening.views import view

    if reader not in {"person", "prescriber"}:
        raise InputError(
            "is no reader", "write --for person or --for prescriber.", column="--for", value=reader
        )
    known = read_facts(facts) if facts is not None else facts_from({})
    on = today.date() if today is not None else datetime.now().astimezone().date()
    added: dict[str, Any] = {
        "medicines": [_medicine(each, "now") for each in medicine or ()]
        + [_medicine(each, "stopped") for each in stopped or ()],
        "conditions": condition,
        "allergies": allergy,
        "labs": [_lab(each) for each in lab or ()],
        "events": [_event(each) for each in event or ()],
        "products": product,
    }
    single = {"age": age, "pregnancy": pregnancy, "alcohol": alcohol}
    found = screened(_together(known, added, single), on=on)
    for decision in override or ():
        rule, _, reason = decision.partition("=")
        found = found.overridden(rule, role=reader, by=by, reason=reason, on=on)
    if card is not None:
        _write_card(card, dose, by)
    shown = view(found, "prescriber" if reader == "prescriber" else "person")
    if json:
        write_json(json_text.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _print(shown)
    if any(finding.stops for finding in found.findings):
        raise typer.Exit(STOPPED)


def _together(known: "Facts", added: dict[str, Any], single: dict[str, Any]) -> "Facts":
    """Add what stands on the command line to what stands in the file."""
    from lodose.screening import facts_from

    table = known.model_dump(exclude_none=True)
    for name, more in added.items():
        if more:
            table[name] = [*table.get(name, ()), *more]
    table.update({name: value for name, value in single.items() if value is not None})
    return facts_from(table)


def _medicine(text: str, taken: str) -> dict[str, Any]:
    name, day = _dated(text)
    return {"name": name, "taken": taken, "last_dose": day}


def _event(text: str) -> dict[str, Any]:
    kind, day = _dated(text)
    return {"kind": kind, "on": day}


def _dated(text: str) -> tuple[str, date | None]:
    name, _, day = text.partition("=")
    if not day:
        return name, None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        raise InputError(
            "is not a date", "write it as 2026-05-01.", column=name, value=day
        ) from None


def _lab(text: str) -> dict[str, Any]:
    name, _, rest = text.partition("=")
    value, _, limit = rest.partition("/")
    try:
        numbers = {"value": float(value)} | ({"upper_limit": float(limit)} if limit else {})
    except ValueError:
        raise InputError(
            "is not a laboratory value",
            "write it as ALT=120/40, the value and the laboratory's upper limit; eGFR=55.",
            column="--lab",
            value=text,
        ) from None
    return {"name": name, **numbers}


def _write_card(path: Path, dose: str | None, prescriber: str) -> None:
    from lodose.cli.outputs import Outputs, check_pdf_place
    from lodose.screening.card import card_bytes, check_file_name

    check_file_name(path)
    check_pdf_place(path)
    made = card_bytes(dose=dose, prescriber=prescriber)
    with Outputs() as outputs:
        outputs.file(path, lambda place: place.write_bytes(made))


def _print(shown: dict[str, Any]) -> None:
    from rich.markup import escape

    console = printer()
    person = shown["reader"] == "person"
    console.print(f"[bold]{escape(shown['headline'] if person else shown['outcome'])}[/bold]\n")
    for each in shown["findings"]:
        because = escape(", ".join(each["because"]))
        console.print(f"[bold]{escape(each['severity'])}[/bold] · {escape(each['about'])}")
        console.print(f"  {because}", style="dim")
        if person:
            console.print(f"  {escape(each['do'])}\n")
        else:
            _print_finding(each)
    _print_open(shown)
    if person:
        console.print(f"[bold]{escape(shown['decides'])}[/bold]")


def _print_finding(each: dict[str, Any]) -> None:
    from rich.markup import escape

    console = printer()
    console.print(f"  {escape(each['reason'])}")
    console.print(f"  [bold]{escape(each['action'])}[/bold]")
    if each["interval"]:
        console.print(f"  {escape(each['interval']['says'])}")
    if each["judgement"]:
        console.print(f"  The project's judgement: {escape(each['judgement'])}")
    if each["override"]:
        decision = each["override"]
        console.print(
            f"  Overridden by {escape(decision['by'])} on {decision['on']}: "
            f"{escape(decision['reason'])}"
        )
    sources = escape("; ".join(each["sources"]))
    console.print(f"  {each['rule']}, {each['basis']}: {sources}\n", style="dim")


def _print_open(shown: dict[str, Any]) -> None:
    from rich.markup import escape

    from lodose.language import translate

    console = printer()
    if shown["not_understood"]:
        console.print(f"[bold]{escape(translate('Not understood'))}[/bold]")
        for each in shown["not_understood"]:
            text = each if isinstance(each, str) else _unclear(each)
            console.print(f"  {escape(text)}")
        console.print()
    if shown["not_asked"]:
        console.print(f"[bold]{escape(translate('Not asked yet'))}[/bold]")
        for each in shown["not_asked"]:
            console.print(f"  {escape(each)}")
        console.print()


def _unclear(each: dict[str, Any]) -> str:
    offers = f"; near: {', '.join(each['offers'])}" if each["offers"] else ""
    hidden = "; may be or hold an opioid" if each["maybe_opioid"] else ""
    return f"{each['kind']} '{each['entered']}'{offers}{hidden}"
