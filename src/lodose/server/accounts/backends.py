"""Who an account is, once signed in: by one prepared statement, with the record that is theirs."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from lodose.server.accounts.models import User
from lodose.server.prepared import Prepared

_ACCOUNT = Prepared(User, "pk", joined="person")


class Accounts(AuthenticationBackend):  # type: ignore[misc]  # allauth carries no types
    """Sign in by user name or e-mail, as django-allauth does it."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session; None once it was closed."""
        user = _ACCOUNT.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
