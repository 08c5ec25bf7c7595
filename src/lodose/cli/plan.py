"""``lodose plan``: how would it be taken?"""

import json as json_text
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json
from lodose.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from lodose.regimen import Plan, Product
    from lodose.regimen.supply import Storage

_PRODUCT = "The product"
_COURSE = "What next"
_CALENDAR = "Reminders"


@guarded
def plan(
    name: Annotated[
        str | None,
        typer.Argument(metavar="PLAN", help="A ready plan, or 'own'; without one, list them."),
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="DOSE", help="First dose of an own plan: '0.5 mg'.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="DOSE", help="Size of a step.")] = None,
    step_days: Annotated[int, typer.Option(min=1, help="Least days at each step.")] = 14,
    target: Annotated[str | None, typer.Option(metavar="DOSE", help="Where it ends.")] = None,
    capsules: Annotated[
        str | None,
        typer.Option(metavar="STRENGTHS", help="'0.5 mg, 1.5 mg'.", rich_help_panel=_PRODUCT),
    ] = None,
    liquid: Annotated[
        str | None,
        typer.Option(metavar="STRENGTH", help="'1 mg/mL'.", rich_help_panel=_PRODUCT),
    ] = None,
    syringe: Annotated[
        str,
        typer.Option(
            metavar="SIZE/MARK", help="What it holds / one mark.", rich_help_panel=_PRODUCT
        ),
    ] = "5 mL/0.1 mL",
    days: Annotated[
        int | None,
        typer.Option(min=1, max=366, help="Supply for so long.", rich_help_panel=_PRODUCT),
    ] = None,
    made: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Day the liquid was made.",
            rich_help_panel=_PRODUCT,
        ),
    ] = None,
    formula: Annotated[
        str,
        typer.Option(help="Its formula; measured: ascorbic-1mg.", rich_help_panel=_PRODUCT),
    ] = "",
    storage: Annotated[
        str, typer.Option(help="fridge or room.", rich_help_panel=_PRODUCT)
    ] = "fridge",
    at: Annotated[
        int | None,
        typer.Option(min=1, metavar="STEP", help="The step now taken.", rich_help_panel=_COURSE),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="First day of that step.",
            rich_help_panel=_COURSE,
        ),
    ] = None,
    felt: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="Side effects: none, settled, bothersome, 'too much'.",
            rich_help_panel=_COURSE,
        ),
    ] = "none",
    sleep_suffers: Annotated[
        bool, typer.Option("--sleep-suffers", rich_help_panel=_COURSE)
    ] = False,
    morning: Annotated[
        bool,
        typer.Option("--morning", help="It is taken in the morning.", rich_help_panel=_COURSE),
    ] = False,
    missed: Annotated[
        int, typer.Option(min=0, help="Days in a row without a dose.", rich_help_panel=_COURSE)
    ] = 0,
    opioid: Annotated[
        bool,
        typer.Option("--opioid", help="An opioid was taken or is needed.", rich_help_panel=_COURSE),
    ] = False,
    surgery: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="A planned operation.",
            rich_help_panel=_COURSE,
        ),
    ] = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="The wish to stop.", rich_help_panel=_COURSE)
    ] = False,
    reader: Annotated[
        str, typer.Option("--for", metavar="READER", help="person or prescriber.")
    ] = "person",
    calendar: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write reminders (.ics).", rich_help_panel=_CALENDAR),
    ] = None,
    first_day: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", rich_help_panel=_CALENDAR
        ),
    ] = None,
    clock: Annotated[
        str, typer.Option("--time", metavar="HH:MM", rich_help_panel=_CALENDAR)
    ] = "21:00",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Europe/Berlin.", rich_help_panel=_CALENDAR)
    ] = "UTC",
    today: Annotated[
        datetime | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            formats=["%Y-%m-%d"],
            help="Ask as on this day. Default: today.",
            show_default=False,
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """How would it be taken? Steps, what is swallowed, supply, what to propose next.

    Nothing changes by itself: your prescriber decides.

    [bold]Examples[/bold]

        lodose plan

        lodose plan cautious --capsules "0.5 mg, 1.5 mg" --days 90

        lodose plan uk-liquid --liquid "1 mg/mL" --syringe "5 mL/0.1 mL"

        lodose plan cautious --at 2 --since 2026-05-01 --felt settled

        lodose plan cautious --calendar days.ics --from 2026-06-01 --zone Europe/Berlin
    """
    if reader not in {"person", "prescriber"}:
        raise InputError(
            "is no reader", "write --for person or --for prescriber.", column="--for", value=reader
        )
    if name is None:
        _list(json=json)
        return
    chosen = _plan(name, start, step, step_days, target)
    shown = _described(chosen)
    product = _product(capsules, liquid, syringe)
    if product is not None:
        shown |= _taken(chosen, product, days)
        if made is not None:
            shown["use_before"] = _use_before(product, made.date(), formula, storage)
    on = today.date() if today is not None else datetime.now().astimezone().date()
    if at is not None or since is not None:
        report: dict[str, Any] = {
            "side_effects": felt,
            "sleep_suffers": sleep_suffers,
            "missed_days": missed,
            "opioid": opioid,
            "surgery": surgery.date() if surgery else None,
            "wants_to_stop": stop,
        }
        day = since.date() if since else on
        shown["proposal"] = _proposal(chosen, at or 1, day, report, on, reader, morning=morning)
    if calendar is not None:
        first = first_day.date() if first_day else on
        _write_calendar(calendar, chosen, first, clock, zone)
    if json:
        write_json(json_text.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _print(shown)


def _list(*, json: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from lodose.language import translate
    from lodose.regimen import plans
    from lodose.regimen.moves import DECIDES

    if json:
        shown = [_described(each) for each in plans().values()]
        write_json(json_text.dumps({"plans": shown}, indent=2, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in ("Name", "What", "Grade"):
        table.add_column(head, no_wrap=head != "What")
    for each in plans().values():
        table.add_row(each.id, escape(translate(each.label)), each.grade)
    printer().print(table)
    printer().print(
        "\nGrade: A controlled trial or label, S a trial with its steps read second-hand, "
        "C practice, D advocacy, J the project's judgement.\n"
        f"[bold]{escape(translate(DECIDES))}[/bold]"
    )


def _plan(name: str, start: str | None, step: str | None, days: int, target: str | None) -> "Plan":
    from lodose.regimen import dose_ug, make_plan, ready

    if name != "own":
        if start or step or target:
            raise InputError(
                "has its own steps",
                "write 'own' for a plan of your own: lodose plan own --start '0.5 mg' ...",
                column="plan",
                value=name,
            )
        return ready(name)
    if start is None:
        raise InputError("is missing", "give the first dose: --start '0.5 mg'.", column="start")
    first = dose_ug(start, what="start")
    last = dose_ug(target, what="target") if target else first
    size = dose_ug(step, what="step") if step else 0
    return make_plan(start_ug=first, step_ug=size, days=days, target_ug=last)


def _described(chosen: "Plan") -> dict[str, Any]:
    from lodose.language import translate
    from lodose.regimen import in_mg
    from lodose.regimen.moves import DECIDES

    return {
        "plan": chosen.id,
        "label": translate(chosen.label),
        "grade": chosen.grade,
        "source": chosen.source,
        "time_of_day": chosen.time_of_day,
        "limit": in_mg(chosen.limit_ug),
        "steps": [
            {"dose_ug": each.dose_ug, "dose": in_mg(each.dose_ug), "days": each.days}
            for each in chosen.steps
        ],
        "decides": translate(DECIDES),
    }


def _product(capsules: str | None, liquid: str | None, syringe: str) -> "Product | None":
    from lodose.regimen import Capsules, Liquid, Syringe, concentration, dose_ug, volume_ul

    if capsules is not None and liquid is not None:
        raise InputError("cannot be both", "name capsules or a liquid.", column="liquid")
    if capsules is not None:
        return Capsules(tuple(dose_ug(each, what="capsules") for each in capsules.split(", ")))
    if liquid is None:
        return None
    holds, _, mark = syringe.partition("/")
    marks = Syringe(volume_ul(holds, what="syringe"), volume_ul(mark, what="syringe"))
    return Liquid(concentration(liquid), marks)


def _taken(chosen: "Plan", product: "Product", days: int | None) -> dict[str, Any]:
    from lodose.regimen import each_step, supply

    shown: dict[str, Any] = {"taken": [each.said() for each in each_step(chosen, product)]}
    if days is not None:
        shown["supply"] = supply(chosen, product, days=days).said()
    return shown


def _use_before(product: "Product", made: "date", formula: str, storage: str) -> str:
    from lodose.regimen import Liquid, use_before

    if not isinstance(product, Liquid):
        raise InputError(
            "is known for no capsule", "look at the pharmacy's label.", column="made", value=made
        )
    places: dict[str, Storage] = {"fridge": "fridge", "room": "room"}
    if storage not in places:
        raise InputError("is no storage", "write fridge or room.", column="storage", value=storage)
    where = places[storage]
    return use_before(formula, made=made, storage=where, ug_per_ml=product.ug_per_ml).isoformat()


def _proposal(
    chosen: "Plan",
    at: int,
    since: "date",
    report: dict[str, Any],
    on: "date",
    reader: str,
    *,
    morning: bool,
) -> dict[str, Any]:
    from lodose.regimen import Course, Report, in_mg, propose

    if report["side_effects"] not in {"none", "settled", "bothersome", "too much"}:
        raise InputError(
            "is no word for side effects",
            "write none, settled, bothersome or 'too much'.",
            column="--felt",
            value=report["side_effects"],
        )
    course = Course(chosen, since, at - 1, "morning" if morning else "evening")
    found = propose(course, Report(**report), on=on)
    shown = {"move": found.move.value, "says": found.for_person}
    if reader == "prescriber":
        shown |= {
            "says": found.for_prescriber,
            "from": in_mg(found.from_ug),
            "to": in_mg(found.to_ug),
            "source": found.source,
        }
    return shown


def _write_calendar(path: Path, chosen: "Plan", first: "date", clock: str, zone: str) -> None:
    from lodose.cli.outputs import Outputs
    from lodose.regimen import calendar
    from lodose.screening.card import check_file_name

    check_file_name(path, option="--calendar")
    try:
        at = time.fromisoformat(clock)
    except ValueError:
        raise InputError("is no time", "write it as 21:00.", column="--time", value=clock) from None
    made = calendar(chosen, start=first, at=at, zone=zone, made=datetime.now(UTC))
    with Outputs() as outputs:
        outputs.file(path, lambda place: place.write_bytes(made))


def _print(shown: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = printer()
    console.print(f"[bold]{escape(shown['label'])}[/bold]")
    console.print(f"Grade {shown['grade']}: {escape(shown['source'])}\n", style="dim")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in ("Step", "A day", "At least"):
        table.add_column(head, justify="right")
    table.add_column("What is swallowed")
    taken = shown.get("taken", [""] * len(shown["steps"]))
    for number, (each, said) in enumerate(zip(shown["steps"], taken, strict=True), start=1):
        least = f"{each['days']} days" if each["days"] else ""
        table.add_row(str(number), each["dose"], least, escape(said))
    console.print(table)
    for key, label in (("supply", "Supply"), ("use_before", "Use before")):
        if key in shown:
            console.print(f"\n{label}: {escape(shown[key])}")
    if "proposal" in shown:
        found = shown["proposal"]
        console.print(f"\n[bold]{escape(found['says'])}[/bold]")
        if "source" in found:
            console.print(escape(found["source"]), style="dim")
    console.print(f"\n[bold]{escape(shown['decides'])}[/bold]")
