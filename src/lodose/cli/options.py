"""Arguments and options that several verbs share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

DiaryFile = Annotated[
    Path,
    typer.Argument(metavar="DIARY", help="Your diary: a CSV file with one line a day."),
]
ProtocolFile = Annotated[
    Path | None,
    typer.Option(
        "--protocol",
        "-p",
        metavar="FILE",
        help="The plan of your trial (TOML). Default: protocol.toml beside the diary.",
        show_default=False,
    ),
]
JsonFlag = Annotated[
    bool, typer.Option("--json", help="Print JSON on standard output instead of text.")
]
Today = Annotated[
    datetime | None,
    typer.Option(
        "--today",
        metavar="YYYY-MM-DD",
        formats=["%Y-%m-%d"],
        help="Read the diary as on this day. Default: today in the protocol's time zone.",
        show_default=False,
    ),
]
