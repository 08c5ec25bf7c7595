"""The ``lodose`` command, put together from its verbs."""

from typing import Annotated

import typer

from lodose import __version__
from lodose.cli.account import account
from lodose.cli.backup import backup
from lodose.cli.brief import brief
from lodose.cli.check import check
from lodose.cli.doctor import doctor
from lodose.cli.evidence import evidence
from lodose.cli.example import example
from lodose.cli.pharmacology import pharmacology
from lodose.cli.plan import plan
from lodose.cli.plan_trial import plan_trial
from lodose.cli.protocol import protocol
from lodose.cli.restore import restore
from lodose.cli.screen import screen
from lodose.cli.serve import serve
from lodose.cli.simulate import simulate
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
app.command(
    epilog="Exit status: 0 nothing forbids it, 1 do not start, 2 something could not be read."
)(screen)
app.command(epilog="Exit status: 0 shown or sound, 2 something could not be read.")(evidence)
app.command(epilog="Exit status: 0 proposed, 2 something is not possible.")(plan)
app.command(epilog="Exit status: 0 shown, 2 something is not possible.")(simulate)
app.command(
    epilog="Exit status: 0 written, 1 do not start, 2 something could not be read or written."
)(brief)
app.command()(example)
app.add_typer(pharmacology, name="pharmacology")
app.add_typer(protocol, name="protocol")
_SERVER = "The web application"
app.command(rich_help_panel=_SERVER, epilog="Exit status: 0 stopped, 2 could not start.")(serve)
app.command(
    rich_help_panel=_SERVER, epilog="Exit status: 0 nothing wrong, 1 something is, 2 no data."
)(doctor)
app.command(rich_help_panel=_SERVER, epilog="Exit status: 0 written, 2 not.")(backup)
app.command(rich_help_panel=_SERVER, epilog="Exit status: 0 restored or verified, 2 not.")(restore)
app.add_typer(account, name="account", rich_help_panel=_SERVER)


def main() -> None:
    """Run the command line."""
    app()
