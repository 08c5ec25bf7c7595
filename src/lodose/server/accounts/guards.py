"""What stands before a page that changes how an account is opened, or ends it."""

from collections.abc import Callable
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def signed_in_anew(view: View) -> View:
    """Ask for password, passkey or second factor again before a POST is taken."""
    return cast("View", reauthentication_required(view, allow_get=True))
