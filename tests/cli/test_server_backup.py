"""Backup and restore: whole, private, or refused with nothing left behind."""

import io
import re
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from server_runs import copy_of, environment, free_port, run, tables

pytestmark = pytest.mark.interface


# backup and restore -----------------------------------------------------------------------------


def test_a_backup_is_private_verifies_and_restores_to_the_same_rows(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(server_backup.stat().st_mode) == 0o600
    assert [path.name for path in server_backup.parent.iterdir()] == [server_backup.name]
    checked = run("restore", "--verify", server_backup)
    assert checked.returncode == 0, checked.stderr
    assert "can be restored" in checked.stdout
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    for statement in (
        "SELECT username, role, password FROM accounts_user",
        "SELECT hash FROM audit_event ORDER BY id",
    ):
        there = tables(folder / "lodose.sqlite3", statement)
        assert there
        assert there == tables(server_data / "lodose.sqlite3", statement)
    for name in ("django", "fields"):
        key = folder / "keys" / name
        assert key.read_bytes() == (server_data / "keys" / name).read_bytes()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    unused = "SELECT count(*) FROM accounts_signinlink WHERE used_at IS NULL"
    assert tables(server_data / "lodose.sqlite3", unused) == [(1,)]
    assert tables(folder / "lodose.sqlite3", unused) == [(0,)], "an old link works again"
    assert run("serve", "--data", folder, "--port", str(free_port()), "--once").returncode == 0


def test_nothing_is_written_over_a_file_or_a_folder_that_is_not_empty(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    before = server_backup.read_bytes()
    assert run("backup", server_backup, "--data", server_data).returncode == 2
    assert server_backup.read_bytes() == before
    (tmp_path / "mine").write_text("kept")
    ran = run("restore", server_backup, "--to", tmp_path)
    assert ran.returncode == 2
    assert "is not empty" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def damaged(backup: Path, target: Path, name: str, how: Callable[[bytes], bytes]) -> Path:
    """A copy of a backup in which one file is another."""
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old:
            opened = old.extractfile(member)
            assert opened is not None
            content = opened.read()
            if member.name == name:
                content = how(content)
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def test_a_damaged_backup_is_refused_and_leaves_nothing(
    server_backup: Path, tmp_path: Path
) -> None:
    flipped = damaged(server_backup, tmp_path / "a.tar", "lodose.sqlite3", lambda b: b[:-1] + b"x")
    cut = tmp_path / "b.tar"
    cut.write_bytes(server_backup.read_bytes()[:20_000])
    other = tmp_path / "c.tar"
    other.write_bytes(b"no server_backup at all")
    escaping = damaged(
        server_backup,
        tmp_path / "d.tar",
        "manifest.json",
        lambda b: b.replace(b'"keys/django"', b'"keys/../../x"'),
    )
    for file in (flipped, cut, other, escaping, tmp_path / "missing.tar"):
        for options in (["--verify"], ["--to", str(tmp_path / "new")]):
            ran = run("restore", file, *options)
            assert ran.returncode == 2, (file, ran.stdout)
            assert ran.stderr.startswith("Error: ")
    assert not (tmp_path / "new").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "b.tar", "c.tar", "d.tar"]


def test_a_backup_whose_numbers_or_chains_are_not_its_own_is_refused(
    server_backup: Path, tmp_path: Path
) -> None:
    lying = damaged(
        server_backup,
        tmp_path / "a.tar",
        "manifest.json",
        lambda b: re.sub(rb'"accounts_user": \d+', b'"accounts_user": 77', b),
    )
    ran = run("restore", "--verify", lying)
    assert ran.returncode == 2
    assert "numbers of rows" in ran.stderr


def test_an_interrupted_backup_leaves_nothing(server_data: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from lodose.server.operations import archive\n"
        "def stop(*a): raise KeyboardInterrupt\n"
        "archive.pack = stop\n"
        "from lodose.cli.main import main\n"
        "sys.argv = ['lodose', 'backup', sys.argv[1], '--data', sys.argv[2]]\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "b.tar", server_data],
        capture_output=True,
        check=False,
        env=environment(),
    )
    assert ran.returncode != 0
    assert [*tmp_path.iterdir()] == []


def test_say_where_to_or_only_verify(server_backup: Path) -> None:
    assert run("restore", server_backup).returncode == 2
    assert "one of --to DIR and --verify" in run("restore", server_backup).stderr
