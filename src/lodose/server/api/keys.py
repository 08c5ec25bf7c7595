"""Who calls: a program by its token, or a page of this server by its session."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from lodose.server.access import own_person
from lodose.server.accounts.lookups import lacks_second_factor, token_holder
from lodose.server.accounts.models import User
from lodose.server.accounts.scopes import scopes_of
from lodose.server.api.problems import RefusalError
from lodose.server.records.models import Person

READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Longer than any token: what is longer is not hashed.
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is and what it may do."""

    user: User
    scopes: frozenset[str]


class Token(HttpBearer):
    """`Authorization: Bearer lodose_...`, with every scope that the operation names."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Any:
        """Return the caller; None only where no token was sent at all."""
        if "Authorization" not in request.headers:
            return None
        caller = super().__call__(request)
        if caller is None:
            # A token that does not work is never made good by a cookie beside it.
            raise AuthenticationError
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller that a token speaks for."""
        holder = token_holder(token) if 0 < len(token) <= LONGEST_TOKEN else None
        if holder is None:
            return None
        if holder.user.language and "Accept-Language" not in request.headers:
            translation.activate(holder.user.language)
        # A role that changed since takes its scopes along.
        caller = Caller(holder.user, holder.scopes & frozenset(scopes_of(holder.user.role)))
        require_scopes(caller, self.scopes)
        return caller


class Session(AuthBase):
    """The session of a page of this server; changes need the CSRF token in `X-CSRFToken`."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Any:
        """Return the caller whose session it is, None without one."""
        user = request.user
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(user, User):
            return None
        if request.method not in READING and check_csrf(request) is not None:
            raise RefusalError(
                403,
                _("The request does not show that it comes from a page of this server."),
                mend=_("Send the CSRF token in the header X-CSRFToken, or use a token."),
            )
        if lacks_second_factor(user):
            raise RefusalError(
                403,
                _("This account needs a second factor before anything else."),
                mend=_("Set one up under Account."),
            )
        caller = Caller(user, frozenset(scopes_of(user.role)))
        require_scopes(caller, self.scopes)
        return caller


def require_scopes(caller: Caller, scopes: tuple[str, ...]) -> None:
    """Refuse a caller who lacks a scope, naming it."""
    for scope in scopes:
        if scope not in caller.scopes:
            raise RefusalError(
                403,
                _("This needs the scope %(scope)s.") % {"scope": scope},
                mend=_("Make a token that has it, if your role may."),
            )


def user_of(request: HttpRequest) -> User:
    """Return who calls; only in operations that ask for scopes."""
    caller: Caller = request.auth  # type: ignore[attr-defined]  # set by ninja after Token, Session
    return caller.user


def person_of(request: HttpRequest) -> Person:
    """Return the caller's own record; 404 for every other role."""
    return own_person(user_of(request))
