"""``lodose doctor``: whether the server is set up as it should be."""

import json
from typing import Annotated

import typer

from lodose.cli.server_parts import DEFAULT_DATA, Data, server_part
from lodose.cli.shared import guarded, printer, write_json

UNWELL = 1
_MARKS = {"good": ("ok", "green"), "caution": ("note", "yellow"), "wrong": ("WRONG", "bold red")}


@guarded
def doctor(
    data: Data = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """Check settings, keys, database, chains of events, files and clock; say how to mend each.

    [bold]Example[/bold]

        lodose doctor --data ~/diary
    """
    server_part("set_up").open_data(data)
    findings = server_part("checks").examine()
    if as_json:
        write_json(
            json.dumps(
                [
                    {
                        "check": each.name,
                        "state": each.state,
                        "found": each.found,
                        "mend": each.mend,
                    }
                    for each in findings
                ],
                indent=1,
            )
        )
    else:
        from rich.text import Text

        console = printer()
        for each in findings:
            mark, style = _MARKS[each.state]
            line = Text.assemble((f"{mark:6}", style), (f"{each.name}: ", "bold"), each.found)
            console.print(line, soft_wrap=True)
            if each.mend:
                console.print(Text(f"      Mend: {each.mend}"), soft_wrap=True)
    if any(each.state == "wrong" for each in findings):
        raise typer.Exit(UNWELL)
