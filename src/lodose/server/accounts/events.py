"""Security events of accounts: what happened and when, never a secret and never what was typed."""

import hashlib
import hmac
from typing import Any

from lodose.server.accounts.models import Role, User
from lodose.server.audit.chain import record_for_server
from lodose.server.audit.models import Chain
from lodose.server.records.models import Person


def account_mark(user: User) -> str:
    """Return how the server's chain names an account.

    A person's account is named by a hash keyed with the salt of their own chain. The salt goes
    when they delete their record, and with it every way from the server's chain back to them.
    """
    if user.role != Role.PERSON:
        return str(user.pk)
    person = Person.objects.filter(user=user).only("chain_id").first()
    salt = None
    if person is not None:
        salt = Chain.objects.filter(pk=person.chain_id).values_list("salt", flat=True).first()
    if salt is None:
        return ""
    return hmac.new(bytes(salt), user.pk.bytes, hashlib.sha256).hexdigest()[:32]


def record_security(user: User | None, kind: str, **details: Any) -> None:
    """Add an event about an account to the server's chain.

    Parameters
    ----------
    user : User or None
        Whose account; None where nobody knows, as after a sign-in with an unknown name.
    kind : str
        Short fixed name: "signed-in".
    **details : Any
        JSON values without secrets, names and addresses.
    """
    if user is not None:
        details["account"] = account_mark(user)
    record_for_server(kind, details)
