"""Opening an account: the role comes from the invitation, never from the form."""

from typing import Any

from allauth.account.forms import SignupForm
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from lodose.server.accounts.actions import open_record
from lodose.server.accounts.invitations import SESSION_KEY, invitation_in
from lodose.server.accounts.models import Role
from lodose.server.audit.chain import record_for_server


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth carries no types
    """User name and password; e-mail only if wanted."""

    def save(self, request: HttpRequest) -> Any:
        """Open the account with the invitation's role, and a person's record."""
        with transaction.atomic():
            user: Any = super().save(request)
            invitation = invitation_in(request)
            user.role = invitation.role if invitation else Role.PERSON
            user.save(update_fields=["role"])
            if invitation:
                invitation.used_at = timezone.now()
                invitation.save(update_fields=["used_at"])
                request.session.pop(SESSION_KEY, None)
            if user.role == Role.PERSON:
                open_record(user)
            record_for_server("account-opened", {"account": str(user.pk), "role": user.role})
        return user
