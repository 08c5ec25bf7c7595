"""Bring Django up for a command: which folder, which settings."""

import json
import os
from pathlib import Path

from lodose.errors import LodoseError

ADDRESS = "address.json"


def open_data(data: Path) -> None:
    """Bring Django up on the folder of a server that is there.

    Raises
    ------
    LodoseError
        If the folder holds no server, or a setting cannot be used.
    """
    data = Path(data).expanduser().resolve()
    if not (data / "keys").is_dir():
        raise LodoseError(
            f"'{data}' holds no server's data. Mend: name the folder with --data DIR, or make one "
            "with: lodose serve --data DIR"
        )
    start(data, **_last_address(data))


def remember_address(data: Path, settings: dict[str, str]) -> None:
    """Keep how ``lodose serve`` was reached, so that other verbs print the same address."""
    (data / ADDRESS).write_text(json.dumps(settings), "utf-8")


def _last_address(data: Path) -> dict[str, str]:
    try:
        kept = json.loads((data / ADDRESS).read_text("utf-8"))
        return {name: str(kept[name]) for name in ("origin", "hosts") if name in kept}
    except (OSError, ValueError, TypeError):
        return {}


def start(data: Path, **settings: str) -> None:
    """Bring Django up on a folder; ``settings`` hold where the environment says nothing."""
    os.umask(0o077)  # whatever is written belongs to the server's user alone
    os.environ["LODOSE_DATA"] = str(data)
    for name, value in settings.items():
        os.environ.setdefault(f"LODOSE_{name.upper()}", value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodose.server.settings")
    import django

    django.setup()
