"""What the environment says, checked before anything starts.

Every setting is one environment variable. ``lodose doctor`` prints them; docs/server.md lists
them.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from lodose.errors import LodoseError

PREFIX = "LODOSE_"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

SignUp = Literal["open", "invited"]


class Config(BaseModel):
    """The settings of one server; each field is the variable ``LODOSE_<FIELD>``.

    Parameters
    ----------
    data : Path
        Folder that holds the keys, the SQLite database and the certificate.
    database_url : str
        ``postgres://user:password@host/name``, or empty for SQLite in ``data``.
    origin : str
        Address at which people reach the server, ``https://diary.example.org``.
    hosts : tuple of str
        Host names that are answered; comma-separated in the environment.
    emergency_number : str
        Printed wherever danger is spoken of; empty: "your emergency number".
    sign_up : {"invited", "open"}
        Whether anybody may open an account as a person.
    back_fill_days : int
        How many days back a check-in may still be made.
    backup_days : int
        After how many days whoever keeps the server throws backups away, as the privacy page
        tells people; 0: it tells them to ask. Nothing here throws a backup away.
    email_url : str
        ``smtp://user:password@host:port``; empty: no mail is ever sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("lodose-data")
    database_url: str = ""
    origin: str = "http://localhost:8000"
    hosts: tuple[str, ...] = ()
    site_name: Annotated[str, Field(min_length=1, max_length=40)] = "Diary"
    emergency_number: Annotated[str, Field(max_length=20)] = ""
    time_zone: str = "UTC"
    sign_up: SignUp = "invited"
    back_fill_days: Annotated[int, Field(ge=0, le=60)] = 7
    backup_days: Annotated[int, Field(ge=0, le=3650)] = 0
    email_url: str = ""
    email_from: str = "diary@localhost"
    debug: bool = False
    demonstration: bool = False
    behind_proxy: bool = False
    admin_site: bool = False
    oidc_server: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_name: str = "Hospital account"

    @field_validator("hosts", mode="before")
    @classmethod
    def _split_hosts(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(host.strip() for host in given.split(",") if host.strip())
        return given

    @field_validator("origin")
    @classmethod
    def _check_origin(cls, origin: str) -> str:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("is not an address such as https://diary.example.org")
        return origin.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"postgres", "postgresql", "sqlite"}:
            raise ValueError("is not postgres://user:password@host/name, and not empty for SQLite")
        return url

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if not _is_private(self.origin):
            raise ValueError(
                "LODOSE_ORIGIN is plain http and not this computer: without https a phone keeps "
                "no check-in and passwords travel open; use an https address"
            )
        if self.oidc_server and not _is_private(self.oidc_server):
            raise ValueError(
                "LODOSE_OIDC_SERVER is plain http and not this computer: whoever listens could "
                "sign in as anybody; use its https address"
            )
        if bool(self.oidc_server) != bool(self.oidc_client):
            raise ValueError("LODOSE_OIDC_SERVER and LODOSE_OIDC_CLIENT belong together")
        return self

    @property
    def is_https(self) -> bool:
        """Whether people reach the server over https."""
        return self.origin.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names that are answered: the origin's, this computer's, and those given."""
        own = urlsplit(self.origin).hostname or "localhost"
        return list(dict.fromkeys([own, *LOCAL_HOSTS, *self.hosts]))

    def database(self) -> dict[str, object]:
        """Return Django's description of the database."""
        if self.database_url and not self.database_url.startswith("sqlite"):
            return dict(
                dj_database_url.parse(self.database_url, conn_max_age=600, conn_health_checks=True)
            )
        path = self.data / "lodose.sqlite3"
        if self.database_url:
            path = Path(dj_database_url.parse(self.database_url)["NAME"])
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # Deferred transactions that turn into writers fail at once with "database is
                # locked"; immediate ones wait their turn.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                    "PRAGMA foreign_keys=ON;"
                ),
            },
        }

    def key(self, name: str) -> str:
        """Return a secret of this server from ``data/keys``, made when it is first asked for.

        The environment comes first: ``LODOSE_KEY_<NAME>``. A key is never shown and never logged.
        """
        given = os.environ.get(f"{PREFIX}KEY_{name.upper()}")
        if given:
            return given
        path = self.data / "keys" / name
        if not path.exists():
            _make_key(path, name)
        value = path.read_text("ascii").strip()
        if not value:
            # An empty key would sign and encrypt for everybody who guesses that it is empty.
            raise LodoseError(
                f"The key file '{path}' is empty. Mend: restore it from a backup; only where "
                "nothing was ever written with it, delete it."
            )
        return value


def _is_private(address: str) -> bool:
    """Whether nobody on the way can read along: https, or this computer."""
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}


def _make_key(path: Path, name: str) -> None:
    """Write a new key, whole or not at all; another process may be first."""
    value = Fernet.generate_key().decode() if name == "fields" else secrets.token_urlsafe(48)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)  # fails where there is one already, unlike a rename
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """Read and check the settings.

    Parameters
    ----------
    environment : mapping of str to str, optional
        Defaults to the process's own.

    Raises
    ------
    LodoseError
        If a setting is unknown or has a value that cannot be; all of them are named at once.
    """
    environment = os.environ if environment is None else environment
    known = set(Config.model_fields)
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() in known
    }
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        problems = []
        for each in error.errors():
            field = ".".join(str(part) for part in each["loc"]) or ""
            name = f"{PREFIX}{field.upper()}" if field else "The settings"
            # Values stay out of the message: a database address holds a password.
            problems.append(f"{name}: {each['msg'].removeprefix('Value error, ')}.")
        raise LodoseError(
            "The server's settings cannot be used. " + " ".join(problems) + " Mend: docs/server.md."
        ) from None
