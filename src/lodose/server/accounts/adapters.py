"""How django-allauth is bent to this product: encrypted factors, closed sign-up, no enumeration."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from lodose.server.accounts.openings import give_role, may_open_account


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factors, whose secrets rest encrypted under the server's field key."""

    def encrypt(self, text: str) -> str:
        """Encrypt a TOTP secret or a recovery seed for the database."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what ``encrypt`` was given."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  # theirs
        """Name a new passkey, until its owner writes a name."""
        return gettext("Passkey")


def _fernet() -> Fernet:
    return Fernet(settings.CONFIG.key("fields").encode())


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by invitation, unless the server says otherwise."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may open an account."""
        return may_open_account(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A hospital account opens nothing new unless the visitor was invited."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether this visitor may open an account through the hospital."""
        return may_open_account(request)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Take the name that the hospital gives as the name shown."""
        user = super().populate_user(request, sociallogin, data)
        user.display_name = str(data.get("name") or "")[:80]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Open the account with the invitation's role, and a person's record."""
        with transaction.atomic():
            user = super().save_user(request, sociallogin, form)
            give_role(request, user)
        return user
