"""How the verbs that start and keep the server reach it: by name, and only when they run.

The server's packages are an extra: everything else works without them.
"""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from lodose.errors import LodoseError

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        envvar="LODOSE_DATA",
        help="Folder of the server: keys, SQLite database, certificates.",
    ),
]
DEFAULT_DATA = Path("lodose-data")


def server_part(name: str) -> Any:
    """Return a module of the server's operations.

    Raises
    ------
    LodoseError
        If the packages of the server are not installed.
    """
    try:
        for package in ("django", "granian", "cryptography"):
            importlib.import_module(package)
        return importlib.import_module(f"lodose.server.operations.{name}")
    except ModuleNotFoundError as error:
        missing = error.name or "a package"
        if missing.partition(".")[0] == "lodose":
            raise
        raise LodoseError(
            f"This command needs the packages of the server, and '{missing}' is not installed. "
            "Mend: pip install 'lodose[server]'"
        ) from None
