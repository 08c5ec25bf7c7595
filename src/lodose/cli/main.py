"""The ``lodose`` command, put together from its verbs."""

from typing import Annotated

import typer

from lodose import __version__
from lodose.cli.check import check
from lodose.cli.example import example
from lodose.cli.plan_trial import plan_trial
from lodose.cli.protocol import protocol
from lodose.cli.verdict import verdict

app = typer.Typer(
    name="lodose",
    no_args_is_help=True,
    rich_markup_mode="rich",
    # A traceback with local variables would print what somebody wrote in their diary.
    pretty_exceptions_show_locals=False,
    epilog="Start with: [bold]lodose example microdose[/bold]. Your prescriber decides.",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"lodose {__version__}")
        raise typer.Exit


@app.callback()
def lodose(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Does low-dose naltrexone work for me? An honest answer from your own diary."""


app.command(epilog="Exit status: 0 answered, 2 something could not be read or written.")(verdict)
app.command(epilog="Exit status: 0 nothing wrong, 1 errors in the diary, 2 could not be read.")(
    check
)
app.command("plan-trial", epilog="Exit status: 0 planned, 2 something could not be read.")(
    plan_trial
)
app.command()(example)
app.add_typer(protocol, name="protocol")


def main() -> None:
    """Run the command line."""
    app()
