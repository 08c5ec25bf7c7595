"""``lodose pharmacology``: fit the model again, and set it beside every observation."""

from pathlib import Path
from typing import Annotated

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, write_json
from lodose.errors import InputError

pharmacology = typer.Typer(
    no_args_is_help=True,
    help="The model of plasma and receptors: fit it again, check it against the data.",
)

_DataFile = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="Observations (TOML). Default: those that come with Lodose.",
        show_default=False,
    ),
]


@pharmacology.command(epilog="Exit status: 0 written, 2 something could not be read or written.")
@guarded
def fit(
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where the estimates go (TOML).")
    ] = Path("estimates.toml"),
    data: _DataFile = None,
) -> None:
    """Estimate the model from the data file; the same file gives the same numbers.

    [bold]Example[/bold]

        lodose pharmacology fit --out estimates.toml
    """
    from lodose.cli.outputs import Outputs
    from lodose.cli.shared import progress
    from lodose.pharmacology.data import parse
    from lodose.pharmacology.fit import as_toml
    from lodose.pharmacology.fit import fit as estimate

    text = _text(data)
    with progress("Fitting"):
        found = estimate(parse(text), text)
    with Outputs() as outputs:
        outputs.file(out, lambda place: place.write_text(as_toml(found), encoding="utf-8"))
    for block in found.block:
        printer().print(
            f"{block.id}: chi-square {block.chi_square} on {block.observations} observations"
        )


@pharmacology.command(epilog="Exit status: 0 shown, 2 something could not be read.")
@guarded
def check(
    estimates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Default: those that come with Lodose.", show_default=False
        ),
    ] = None,
    data: _DataFile = None,
    json: JsonFlag = False,
) -> None:
    """Set the model beside every observation, fitted or not, also where it misses.

    [bold]Example[/bold]

        lodose pharmacology check
    """
    import json as json_text

    from lodose.pharmacology.data import parse
    from lodose.pharmacology.estimates import parse_estimates, read_estimates
    from lodose.pharmacology.predict import compared
    from lodose.pharmacology.tables import chi_squares, comparison, comparison_rows

    observations = parse(_text(data))
    if estimates is None:
        found = read_estimates()
    else:
        found = parse_estimates(_read(estimates), file=estimates.name)
    rows = compared(observations, found.parameters())
    if json:
        shown = {
            "observations": comparison_rows(rows),
            "chi_square": {each.id: each.chi_square for each in found.block},
        }
        write_json(json_text.dumps(shown, indent=2, ensure_ascii=False))
        return
    typer.echo(comparison(rows))
    typer.echo()
    typer.echo(chi_squares(found))


def _text(data: Path | None) -> str:
    if data is not None:
        return _read(data)
    from importlib.resources import files

    return (files("lodose.pharmacology") / "observations.toml").read_text("utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError("is no text", "save it as UTF-8.", file=path.name) from None
