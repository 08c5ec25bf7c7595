"""``lodose serve --demo``: synthetic people in a temporary folder, and a link for each role."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from lodose.server.operations import serving, set_up

Say = Callable[[str], None]

LINK_HOURS = 24 * 30
STAFF = ("prescriber", "pharmacist", "researcher", "administrator")
# Who is worth meeting, and what the terminal calls them.
PEOPLE = (
    ("person", "person-8", "takes a liquid, opens today's check-in"),
    ("person", "person-1", "a blinded trial has ended, the answer can be opened"),
    ("person", "person-3", "a blinded trial runs"),
    ("person", "person-9", "new, nothing written yet"),
)


def demonstrate(*, port: int, once: bool, say: Say) -> None:
    """Serve the demonstration until stopped, then remove all of it.

    Raises
    ------
    LodoseError
        If the port is taken.
    """
    serving.free_port(port)
    with tempfile.TemporaryDirectory(prefix="lodose-demo-") as folder:
        _serve(serving.Place(data=Path(folder), port=port, once=once), say)
    say("Stopped. The demonstration and everything in it is gone.")


def _serve(place: serving.Place, say: Say) -> None:
    import os

    # What the environment says of a real server does not hold here: above all not its database.
    for name in [name for name in os.environ if name.startswith("LODOSE_")]:
        del os.environ[name]
    set_up.start(
        place.data,
        origin=f"http://localhost:{place.port}",
        demonstration="true",
        sign_up="open",
        time_zone="UTC",
    )
    serving.prepare(say=say)
    links = fill()

    def announce() -> None:
        say("")
        say("Everybody here is synthetic. Open a link to sign in as:")
        for title, what, address in links:
            say(f"  {title:14} {address}")
            say(f"  {'':14} {what}")
        say("")
        say(f"Ready: {serving.origin()}    Ctrl-C stops it and removes everything.")

    serving.run(place, None, announce)


def fill() -> list[tuple[str, str, str]]:
    """Write the synthetic accounts and records; return role, words and link for each guide."""
    from django.conf import settings
    from django.utils import timezone

    from lodose.server.accounts.actions import DEMONSTRATION, make_sign_in_link, open_account
    from lodose.server.accounts.models import User
    from lodose.server.operations.addresses import sign_in_address
    from lodose.server.operations.demonstration_people import Stage, everybody
    from lodose.server.operations.demonstration_rows import write

    staff = {
        role: open_account(
            role, role=role, display_name=f"Synthetic {role}", synthetic=True, password=None
        )
        for role in STAFF
    }
    stage = Stage(timezone.now(), settings.CONFIG.time_zone, staff["prescriber"])
    write(everybody(stage))
    words = {
        "prescriber": "eleven people let this account in",
        "pharmacist": "the role is there, its pages come with blinded supplies",
        "researcher": "the role is there, its pages come with the cohort",
        "administrator": "invites accounts, sees no diary",
    }
    guides = [*PEOPLE, *((role, role, words[role]) for role in STAFF)]
    links = []
    for title, username, what in guides:
        user = User.objects.get(username=username)
        secret = make_sign_in_link(user, DEMONSTRATION, hours=LINK_HOURS)
        links.append((title, what, sign_in_address(secret)))
    return links
