"""``lodose restore``: a server from its backup, or the proof that it could be."""

from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.server_parts import server_part
from lodose.cli.shared import guarded, progress
from lodose.errors import LodoseError


@guarded
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `lodose backup` wrote.")],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New or empty folder for the server.")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Only restore into a temporary place, check, and remove it."),
    ] = False,
) -> None:
    """Restore a backup into an empty folder, or check with --verify that this would work.

    A backup of PostgreSQL is restored into the database that LODOSE_DATABASE_URL names.

    [bold]Examples[/bold]

        lodose restore --verify lodose-20270301-080000.tar

        lodose restore lodose-20270301-080000.tar --to ~/diary
    """
    if verify == (to is not None):
        raise LodoseError("Say one of --to DIR and --verify. Nothing was done.")
    restoring = server_part("restoring")
    with progress("Checking the backup" if verify else "Restoring"):
        if to is None:
            report = restoring.verify(file.expanduser())
        else:
            report = restoring.restore(file.expanduser(), to.expanduser())
    for line in report:
        typer.echo(line)
