"""A protocol made to keep the reader busy, or to break it, is refused like any other fault."""

from unittest.mock import patch

import pytest

from lodose.errors import InputError
from lodose.trial import reading
from lodose.trial.reading import parse_protocol

BARE = b".".join([b"a"] * 33)
QUOTED = b" . ".join([b'"a \\" b"'] * 33)


@pytest.mark.parametrize(
    "content",
    [
        BARE + b" = 1",
        b"[" + BARE + b"]",
        b"x = {" + BARE + b" = 1}",
        QUOTED + b" = 1",
        b"a=" + b"[" * 9000,
    ],
    ids=["key", "header", "inline", "quoted", "lists"],
)
def test_names_joined_without_end_are_refused_before_they_are_read(content: bytes) -> None:
    with pytest.raises(InputError, match="is nested too deeply"):
        parse_protocol(content, "protocol.toml")


def test_the_reader_itself_never_sees_them() -> None:
    with patch.object(reading.tomllib, "loads") as read, pytest.raises(InputError):
        parse_protocol(b".".join([b"a"] * 100_000) + b" = 1", "protocol.toml")
    assert not read.called


@pytest.mark.parametrize("number", [b"9" * 5000, b"1e99999999999999999999"])
def test_a_number_that_cannot_be_read_is_named_as_a_fault(number: bytes) -> None:
    with pytest.raises(InputError, match="more digits than can be read"):
        parse_protocol(b"schema_version = " + number, "protocol.toml")


def test_sentences_with_many_full_stops_are_no_names() -> None:
    text = b'notes = """' + b"One. Two e.g. three. " * 200 + b'"""\nschema_version = 1\n'
    with pytest.raises(InputError) as refused:
        parse_protocol(text, "protocol.toml")
    assert "nested" not in str(refused.value)
