"""docs/server.md lists every setting, with the default that it has."""

import re
from pathlib import Path

import pytest

from lodose.errors import LodoseError
from lodose.server.config import Config, read_config

DOCUMENT = Path(__file__).parents[2] / "docs" / "server.md"


def spelled(value: object) -> str:
    if value in ("", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_setting_stands_in_the_table_with_its_default_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(LODOSE_\w+)` \| (.*?) \| (.+?) \|$", _table(), re.MULTILINE)
    told = {name: default.strip() for name, default, _meaning in rows}
    assert told == {
        f"LODOSE_{name.upper()}": spelled(field.default)
        for name, field in Config.model_fields.items()
    }


def _table() -> str:
    return DOCUMENT.read_text("utf-8").replace("| | ", "|  | ")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LODOSE_ORIGIN": "diary.example.org"}, "LODOSE_ORIGIN"),
        ({"LODOSE_ORIGIN": "http://192.168.1.20:8000"}, "plain http"),
        ({"LODOSE_BACK_FILL_DAYS": "-1"}, "LODOSE_BACK_FILL_DAYS"),
        ({"LODOSE_SIGN_UP": "everybody"}, "LODOSE_SIGN_UP"),
        ({"LODOSE_OIDC_SERVER": "https://id.example.org"}, "belong together"),
        ({"LODOSE_OIDC_SERVER": "http://id.example.org"}, "LODOSE_OIDC_SERVER is plain http"),
        ({"LODOSE_DATABASE_URL": "mysql://u:secret@h/n"}, "LODOSE_DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_is_named_without_its_value(
    given: dict[str, str], words: str
) -> None:
    with pytest.raises(LodoseError, match=words) as caught:
        read_config(given)
    assert "docs/server.md" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_several_faults_are_named_at_once() -> None:
    with pytest.raises(LodoseError) as caught:
        read_config({"LODOSE_SIGN_UP": "x", "LODOSE_BACK_FILL_DAYS": "many"})
    assert "LODOSE_SIGN_UP" in str(caught.value)
    assert "LODOSE_BACK_FILL_DAYS" in str(caught.value)


def test_an_empty_key_file_stops_the_server_instead_of_signing_with_nothing(
    tmp_path: Path,
) -> None:
    config = Config(data=tmp_path)
    made = config.key("audit")
    assert len(made) > 40
    assert config.key("audit") == made
    (tmp_path / "keys" / "audit").write_text("")
    with pytest.raises(LodoseError, match=r"is empty\. Mend: restore it from a backup"):
        config.key("audit")
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["audit"]
