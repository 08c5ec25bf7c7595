"""``lodose backup``: everything of a server in one file, while it runs."""

from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.server_parts import DEFAULT_DATA, Data, server_part
from lodose.cli.shared import guarded, progress


@guarded
def backup(
    to: Annotated[
        Path,
        typer.Argument(
            metavar="DEST", help="File to write, or a folder to write a dated one into."
        ),
    ],
    data: Data = DEFAULT_DATA,
) -> None:
    """Write database, keys and certificates into one file that only you can read.

    Whoever holds the file can read everything in it: keep it as you keep the server.

    [bold]Example[/bold]

        lodose backup /media/disk --data ~/diary
    """
    server_part("set_up").open_data(data)
    with progress("Writing the backup"):
        path = server_part("backups").back_up(Path(to).expanduser())
    typer.echo(f"Written: {path}")
    typer.echo(f"Check it: lodose restore --verify {path}")
