"""Invitations to open an account, held in the session between link and form."""

from django.http import HttpRequest
from django.utils import timezone

from lodose.server.accounts.models import AccountInvitation, digest

SESSION_KEY = "invitation"


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


def _valid(token_hash: str) -> AccountInvitation | None:
    return AccountInvitation.objects.filter(
        token_hash=token_hash, used_at=None, expires_at__gt=timezone.now()
    ).first()
