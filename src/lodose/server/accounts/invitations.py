"""Invitations to open an account, held in the session between link and form."""

from django.http import HttpRequest
from django.utils import timezone

from lodose.server.accounts.models import AccountInvitation, digest

SESSION_KEY = "invitation"


class InvitationSpentError(Exception):
    """Somebody else was first: the invitation opens no second account."""


def keep_invitation(request: HttpRequest, token: str) -> AccountInvitation | None:
    """Remember a valid invitation for the sign-up form; return it, or None."""
    found = _valid(digest(token))
    if found is not None:
        request.session[SESSION_KEY] = found.token_hash
    return found


def invitation_in(request: HttpRequest) -> AccountInvitation | None:
    """Return the invitation that this visitor came with, if it still holds."""
    token_hash = request.session.get(SESSION_KEY)
    return _valid(token_hash) if token_hash else None


def spend_invitation(request: HttpRequest) -> AccountInvitation | None:
    """Use up the invitation of this visitor, inside the transaction that opens the account.

    Returns
    -------
    AccountInvitation or None
        None where the visitor came without one.

    Raises
    ------
    InvitationSpentError
        If it was used, or ran out, since the form was shown.
    """
    token_hash = request.session.pop(SESSION_KEY, None)
    if token_hash is None:
        return None
    now = timezone.now()
    # One statement decides between two visitors with the same link. The note may hold a name:
    # it is not needed any more.
    spent = AccountInvitation.objects.filter(
        token_hash=token_hash, used_at=None, expires_at__gt=now
    ).update(used_at=now, note="")
    if not spent:
        raise InvitationSpentError
    return AccountInvitation.objects.get(token_hash=token_hash)


def _valid(token_hash: str) -> AccountInvitation | None:
    return AccountInvitation.objects.filter(
        token_hash=token_hash, used_at=None, expires_at__gt=timezone.now()
    ).first()
