"""What a new account gets: the role of its invitation, and a person their record."""

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect

from lodose.server.accounts.actions import open_record
from lodose.server.accounts.events import record_security
from lodose.server.accounts.invitations import (
    InvitationSpentError,
    invitation_in,
    spend_invitation,
)
from lodose.server.accounts.models import Role, User


def may_open_account(request: HttpRequest) -> bool:
    """Whether this visitor may open an account: anybody, or whoever was invited."""
    return settings.SIGN_UP == "open" or invitation_in(request) is not None


def sends_mail() -> bool:
    """Whether this server can send mail at all."""
    return bool(settings.CONFIG.email_url)


def give_role(request: HttpRequest, user: User) -> None:
    """Give a new account the role of its invitation, and a person their record.

    Called inside the transaction that saves the account: a spent invitation undoes it.
    """
    try:
        invitation = spend_invitation(request)
    except InvitationSpentError:
        raise ImmediateHttpResponse(redirect("web:join-spent")) from None
    if invitation is None and settings.SIGN_UP != "open":
        raise ImmediateHttpResponse(redirect("web:join-spent"))
    user.role = invitation.role if invitation else Role.PERSON
    user.save(update_fields=["role"])
    if user.role == Role.PERSON:
        open_record(user)
    record_security(user, "account-opened", role=user.role)
