"""What every request passes: how long a session lives, and who needs a second factor."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lodose.server.accounts.lookups import lacks_second_factor

Answer = Callable[[HttpRequest], HttpResponse]
# How old the note "last seen" may be: not every request writes the session.
SEEN_STEP = 300


class SessionLimits:
    """End a session after two quiet hours, and after twelve in any case."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            started = request.session.setdefault("started", now)
            seen = request.session.get("seen", now)
            if (
                now - seen > settings.SESSION_IDLE_SECONDS
                or now - started > settings.SESSION_ABSOLUTE_SECONDS
            ):
                logout(request)
            elif "seen" not in request.session or now - seen > SEEN_STEP:
                request.session["seen"] = now
        return self.get_response(request)


class SecondFactor:
    """Prescribers, pharmacists and researchers set up a second factor before anything else."""

    OPEN_PREFIXES = ("/accounts/", "/static/", "/health/", "/language/", "/red-flags/", "/api/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        user = request.user
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            and user.is_authenticated
            and not request.path.startswith(self.OPEN_PREFIXES)
            and lacks_second_factor(user)
        ):
            return redirect("mfa_index")
        return self.get_response(request)
