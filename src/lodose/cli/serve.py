"""``lodose serve``: the web application."""

from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.server_parts import DEFAULT_DATA, Data, server_part
from lodose.cli.shared import guarded
from lodose.errors import LodoseError


@guarded
def serve(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    lan: Annotated[
        bool,
        typer.Option("--lan", help="Let phones in the same network in, over https."),
    ] = False,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="With --lan: a name or address of this computer; may be given more than once.",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Synthetic people in a temporary folder, gone at the end."),
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Stop as soon as the server is ready (for checks).")
    ] = False,
) -> None:
    """Start the web application; Ctrl-C stops it.

    [bold]Examples[/bold]

        lodose serve --demo

        lodose serve --data ~/diary

        lodose serve --data ~/diary --lan
    """
    if demo and lan:
        raise LodoseError(
            "The demonstration's sign-in links open it to anybody, so it never listens on a "
            "network. Mend: leave out --lan or --demo."
        )
    serving = server_part("serving")
    if demo:
        server_part("demonstration").demonstrate(port=port, once=once, say=typer.echo)
        return
    place = serving.Place(
        data=Path(data).expanduser().resolve(),
        port=port,
        lan=lan,
        names=tuple(name or ()),
        workers=workers,
        once=once,
    )
    serving.serve(place, say=typer.echo)
