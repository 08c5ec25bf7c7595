"""What a personal token may be allowed to do, in words that its owner reads before making it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lodose.server.accounts.models import Role

# Name of the scope -> what a program with it can do. The API checks the names.
SCOPES: dict[str, str | Promise] = {
    "read:diary": _("Read your check-ins, laboratory values, other medicines and events"),
    "write:diary": _(
        "Add and correct check-ins, laboratory values, other medicines and events in your name"
    ),
    "read:answer": _("Read your answer and download the report"),
    "read:treatment": _("Read doses, pauses and the schedule of periods"),
    "write:treatment": _("Enter dose steps, pauses and stops in your name"),
    "read:care": _("Read who may see your record, and who looked when"),
    "write:care": _("Invite to your care team and withdraw access"),
    "read:account": _("Read your name, language and time zone"),
    "write:account": _("Change your name, language and time zone; end devices and tokens"),
    "read:people": _("Read the records of the people who let you in"),
    "write:people": _("Mark as seen and enter dose decisions for the people who let you in"),
}

_OF_ROLES: dict[str, frozenset[str]] = {
    Role.PERSON: frozenset(SCOPES) - {"read:people", "write:people"},
    Role.PRESCRIBER: frozenset({"read:people", "write:people", "read:account", "write:account"}),
}


def scopes_of(role: str) -> dict[str, str | Promise]:
    """Return the scopes that a token of this role may carry, with their words."""
    allowed = _OF_ROLES.get(role, frozenset())
    return {name: words for name, words in SCOPES.items() if name in allowed}
