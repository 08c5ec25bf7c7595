"""``lodose account``: who may sign in, from the server's own terminal."""

from typing import Annotated

import typer

from lodose.cli.server_parts import DEFAULT_DATA, Data, server_part
from lodose.cli.shared import guarded, printer

account = typer.Typer(no_args_is_help=True, help="Add, list and disable accounts.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="User name.")]


@account.command()
@guarded
def add(
    name: Name,
    role: Annotated[
        str, typer.Option(help="person, prescriber, pharmacist, researcher or administrator.")
    ] = "person",
    data: Data = DEFAULT_DATA,
) -> None:
    """Open an account and print the link under which its owner chooses a password."""
    server_part("set_up").open_data(data)
    desk = server_part("desk")
    desk.add(name, role)
    typer.echo(f"Account '{name}' ({role}) is open. Give its owner this link; it works once,")
    typer.echo("for 24 hours, and they choose their password there:")
    typer.echo(desk.first_password_link(name))


@account.command()
@guarded
def link(name: Name, data: Data = DEFAULT_DATA) -> None:
    """Print a new link under which the owner of an account chooses a password."""
    server_part("set_up").open_data(data)
    typer.echo("This link works once, for 24 hours. Give it to the owner of the account only:")
    typer.echo(server_part("desk").first_password_link(name))


@account.command("list")
@guarded
def list_accounts(data: Data = DEFAULT_DATA) -> None:
    """List the accounts: name, role, and whether they may sign in. No health data."""
    from rich.table import Table

    server_part("set_up").open_data(data)
    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Role", "May sign in", "Second factor", "Since"):
        table.add_column(heading, no_wrap=True)
    for line in server_part("desk").listed():
        table.add_row(*line)
    printer().print(table)


@account.command()
@guarded
def disable(name: Name, data: Data = DEFAULT_DATA) -> None:
    """Close an account: end its sessions, devices and tokens. The record stays as it is."""
    server_part("set_up").open_data(data)
    server_part("desk").disable(name)
    typer.echo(f"Account '{name}' is closed; sessions, devices and tokens have ended.")


@account.command()
@guarded
def enable(name: Name, data: Data = DEFAULT_DATA) -> None:
    """Let the owner of a closed account sign in again."""
    server_part("set_up").open_data(data)
    server_part("desk").enable(name)
    typer.echo(f"The owner of '{name}' may sign in again.")
