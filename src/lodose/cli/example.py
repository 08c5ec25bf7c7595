"""``lodose example``: a diary and a plan to start from."""

from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.shared import guarded, printer


@guarded
def example(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Which example; without a name, list them."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder to write into. Default: one named as it."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that are there already.")
    ] = False,
) -> None:
    """Write a ready example: a diary, its protocol, and where they come from.

    [bold]Examples[/bold]

        lodose example

        lodose example microdose

        lodose example blank --to my-trial
    """
    from lodose import examples

    if name is None:
        _list()
        return
    folder = to if to is not None else Path(name)
    written = examples.write(name, folder, force=force)
    for path in written:
        typer.echo(f"Written: {path}")
    diary = next((path for path in written if path.suffix == ".csv"), folder / "diary.csv")
    typer.echo(f"Next: lodose verdict {diary}")


def _list() -> None:
    from rich.table import Table

    from lodose import examples

    table = Table(box=None, pad_edge=False)
    table.add_column("Name", no_wrap=True)
    table.add_column("What it is")
    for name in examples.names():
        table.add_row(name, examples.describe(name))
    printer().print(table)
    typer.echo("\nWrite one with: lodose example NAME")
