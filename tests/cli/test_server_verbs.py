"""The verbs that start and keep the server, as an administrator runs them."""

import http.client
import json
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from server_runs import change, copy_of, environment, free_port, run, serving

pytestmark = pytest.mark.interface


# serve ------------------------------------------------------------------------------------------


def test_serve_answers_pages_and_hashed_files_and_stops_when_asked(server_data: Path) -> None:
    port = free_port()
    with serving(server_data, port=port) as process:
        with urllib.request.urlopen(f"http://localhost:{port}/health/ready") as answer:
            assert json.load(answer) == {"status": "ready"}
        page = urllib.request.urlopen(f"http://localhost:{port}/accounts/login/").read().decode()
        style = re.search(r'href="(/static/web/style\.[0-9a-f]{12}\.css)"', page)
        assert style, "the style sheet is not hashed"
        asked = urllib.request.Request(
            f"http://localhost:{port}{style[1]}", headers={"Accept-Encoding": "br, gzip"}
        )
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["Content-Encoding"] == "br"
            assert "immutable" in answer.headers["Cache-Control"]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        rest = process.stdout.read()
        assert process.wait(timeout=30) == 0
    assert "Stopped." in rest
    assert "/accounts/login" not in rest, "an access log names what somebody looked at"


def test_the_first_account_comes_by_a_link_where_there_is_no_terminal(tmp_path: Path) -> None:
    port = str(free_port())
    ran = run("serve", "--data", tmp_path / "d", "--port", port, "--once")
    assert ran.returncode == 0, ran.stderr
    assert re.search(rf"http://localhost:{port}/join/[\w-]{{43}}/", ran.stdout)
    mode = stat.S_IMODE((tmp_path / "d").stat().st_mode)
    assert mode == 0o700
    assert stat.S_IMODE((tmp_path / "d" / "lodose.sqlite3").stat().st_mode) == 0o600
    added = run("account", "add", "mira", "--data", tmp_path / "d")
    assert f"http://localhost:{port}/enter/" in added.stdout, "not the address of the server"
    again = run("serve", "--data", tmp_path / "d", "--port", port, "--once")
    assert "/join/" not in again.stdout


def test_a_port_that_is_taken_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run("serve", "--data", tmp_path / "d", "--port", str(port))
    assert ran.returncode == 2
    assert f"Port {port} cannot be used" in ran.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"LODOSE_EMAL_URL": "x"}, "did you mean LODOSE_EMAIL_URL?"),
        ({"LODOSE_ORIGIN": "http://diary.example.org"}, "plain http"),
        ({"LODOSE_TIME_ZONE": "Mars/Olympus"}, "is not a time zone"),
        ({"LODOSE_DATABASE_URL": "mysql://x:secret@y/z"}, "LODOSE_DATABASE_URL"),
        ({"LODOSE_DATABASE_URL": "postgres://x:secret@127.0.0.1:9/z"}, "does not answer"),
        ({"LODOSE_ORIGIN": "https://d.example.org", "LODOSE_DEBUG": "true"}, "LODOSE_DEBUG"),
        ({"LODOSE_ORIGIN": "https://d.example.org", "LODOSE_DEMONSTRATION": "1"}, "DEMONSTRATION"),
    ],
)
def test_serve_refuses_what_cannot_be_with_the_mend_and_no_secret(
    tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    port = str(free_port())
    ran = run("serve", "--data", tmp_path / "d", "--port", port, "--once", **variables)
    assert ran.returncode == 2, ran.stdout
    assert words in ran.stderr
    assert "Mend" in ran.stderr
    assert "secret" not in ran.stderr
    assert "Ready" not in ran.stdout


def test_a_change_of_the_database_comes_after_a_backup(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    change(
        folder / "lodose.sqlite3",
        "DELETE FROM django_migrations WHERE app = 'answers'",
    )
    change(folder / "lodose.sqlite3", "DROP TABLE answers_rendering")
    ran = run("serve", "--data", folder, "--port", str(free_port()), "--once")
    assert ran.returncode == 0, ran.stderr
    assert "Backup before the change" in ran.stdout
    (written,) = (folder / "backups").iterdir()
    assert run("restore", "--verify", written).returncode == 0


def test_a_database_of_a_later_version_is_left_alone(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    change(
        folder / "lodose.sqlite3",
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('records', '9999_later', '2030-01-01')",
    )
    ran = run("serve", "--data", folder, "--port", str(free_port()), "--once")
    assert ran.returncode == 2
    assert "later version" in ran.stderr
    assert run("doctor", "--data", folder).returncode == 1


def test_on_a_network_it_speaks_https_and_plain_http_only_about_trust(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path / "d", "--lan", "--name", "127.0.0.1", port=port):
        folder = tmp_path / "d" / "certificates"
        trusting = ssl.create_default_context(cafile=folder / "authority.crt")
        with urllib.request.urlopen(
            f"https://localhost:{port}/health/ready", context=trusting
        ) as answer:
            assert answer.status == 200
            assert "max-age" in answer.headers["Strict-Transport-Security"]
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"https://localhost:{port}/health/ready")
        plain = f"http://localhost:{port + 1}"
        page = urllib.request.urlopen(f"{plain}/").read().decode()
        assert "fingerprint" in page
        given = urllib.request.urlopen(f"{plain}/trust/authority.crt").read()
        assert given == (folder / "authority.crt").read_bytes()
        for elsewhere in ("/today/", "/accounts/login/", "/trust/../keys/django", "/health/ready"):
            asked = http.client.HTTPConnection("localhost", port + 1)
            asked.request("GET", elsewhere)
            assert asked.getresponse().status == 404
            asked.close()
        keys = [*folder.glob("*.key")]
        assert len(keys) == 2
        assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)


def test_a_public_name_gets_no_certificate_of_ours(tmp_path: Path) -> None:
    ran = run("serve", "--data", tmp_path / "d", "--lan", "--name", "diary.example.org", "--once")
    assert ran.returncode == 2
    assert "reverse proxy" in ran.stderr


def test_the_demonstration_never_listens_on_a_network() -> None:
    ran = run("serve", "--demo", "--lan")
    assert ran.returncode == 2
    assert "never listens on a network" in ran.stderr


def test_without_the_servers_packages_the_mend_is_said(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['django'] = None; sys.argv = ['lodose', *sys.argv[1:]]\n"
        "from lodose.cli.main import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "serve", "--data", str(tmp_path / "d")],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert ran.returncode == 2
    assert "pip install 'lodose[server]'" in ran.stderr


# doctor -----------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_wrong_with_a_fresh_server(server_data: Path) -> None:
    ran = run("doctor", "--data", server_data)
    assert ran.returncode == 0, ran.stdout
    assert "WAL, synchronous FULL, IMMEDIATE" in ran.stdout
    findings = json.loads(run("doctor", "--data", server_data, "--json").stdout)
    assert {each["state"] for each in findings} == {"good"}


def test_the_doctor_names_what_is_wrong_and_the_mend(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    (folder / "keys" / "django").chmod(0o644)
    change(folder / "lodose.sqlite3", "UPDATE audit_event SET kind = 'account-closed'")
    change(folder / "lodose.sqlite3", "DROP TABLE lodose_cache")
    ran = run("doctor", "--data", folder, "--json")
    assert ran.returncode == 1
    wrong = {each["check"]: each for each in json.loads(ran.stdout) if each["state"] == "wrong"}
    assert set(wrong) == {"files", "chains of events", "cache", "static files"}
    assert "chmod 600" in wrong["files"]["mend"]
    assert all(each["mend"] for each in wrong.values())


def test_a_clock_behind_the_last_event_is_found(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    change(folder / "lodose.sqlite3", "UPDATE audit_event SET at = '2099-01-01 00:00:00'")
    ran = run("doctor", "--data", folder)
    assert ran.returncode == 1
    assert "the last event is of 2099-01-01" in ran.stdout


def test_a_folder_that_holds_no_server_is_said_and_not_made(tmp_path: Path) -> None:
    for verb in (["doctor"], ["backup", str(tmp_path / "b")], ["account", "list"]):
        ran = run(*verb, "--data", tmp_path / "nothing")
        assert ran.returncode == 2
        assert "holds no server's data" in ran.stderr
    assert not (tmp_path / "nothing").exists()


# account ----------------------------------------------------------------------------------------


def test_accounts_are_opened_listed_closed_and_opened_again(
    server_data: Path, server_backup: Path, tmp_path: Path
) -> None:
    folder = copy_of(server_data, tmp_path / "d", server_backup)
    for arguments in (["mira"], ["dr", "--role", "king"]):
        assert run("account", "add", *arguments, "--data", folder).returncode == 2
    added = run("account", "add", "dr", "--role", "prescriber", "--data", folder)
    assert re.search(r"/enter/[\w-]{43}/", added.stdout)
    assert run("account", "disable", "dr", "--data", folder).returncode == 0
    listed = run("account", "list", "--data", folder).stdout
    assert re.search(r"dr +prescriber +no", listed)
    assert re.search(r"mira +person +yes", listed)
    assert run("account", "link", "dr", "--data", folder).returncode == 2
    assert run("account", "enable", "dr", "--data", folder).returncode == 0
    assert run("account", "link", "dr", "--data", folder).returncode == 0
    assert run("account", "disable", "nobody", "--data", folder).returncode == 2
    assert run("doctor", "--data", folder, "--json").stdout.count("verify.") == 1


# demonstration ----------------------------------------------------------------------------------


def test_the_demonstration_prints_a_link_for_each_role_and_leaves_nothing(tmp_path: Path) -> None:
    port = str(free_port())
    ran = run("serve", "--demo", "--once", "--port", port, TMPDIR=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    roles = re.findall(rf"^  (\w+) +http://localhost:{port}/enter/[\w-]{{43}}/$", ran.stdout, re.M)
    assert set(roles) == {"person", "prescriber", "pharmacist", "researcher", "administrator"}
    assert f"Ready: http://localhost:{port}" in ran.stdout
    assert [*tmp_path.iterdir()] == []


def test_the_demonstration_never_touches_a_real_database(tmp_path: Path) -> None:
    """Its own settings come before whatever the environment says of a real server."""
    ran = run(
        *("serve", "--demo", "--once", "--port", str(free_port())),
        TMPDIR=str(tmp_path),
        LODOSE_DATABASE_URL="postgres://lodose:x@127.0.0.1:9/real",
        LODOSE_DATA=str(tmp_path / "real"),
    )
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "real").exists()
