"""``lodose protocol``: the plan's schema for editors, and its fingerprint."""

import json
from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.shared import guarded, write_json

protocol = typer.Typer(
    no_args_is_help=True, help="The plan of a trial: its schema and its fingerprint."
)


@protocol.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of protocol.toml, for editors that complete and check.

    [bold]Example[/bold]

        lodose protocol schema > protocol.schema.json
    """
    from lodose.trial import Protocol

    write_json(json.dumps(Protocol.json_schema(), indent=2, ensure_ascii=False))


@protocol.command("hash")
@guarded
def fingerprint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A protocol (TOML).")],
) -> None:
    """Print the SHA-256 of a plan, as it stands in every report.

    It covers the plan with every default filled in (RFC 8785), not comments or layout.

    [bold]Example[/bold]

        lodose protocol hash protocol.toml
    """
    from lodose.trial import read_protocol

    typer.echo(read_protocol(file).sha256)
