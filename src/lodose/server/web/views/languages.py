"""The switch of languages at the foot of every page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.i18n import set_language

from lodose.server.accounts.actions import rename_account


def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice in this browser, and in an account that had chosen another one before."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    user = request.user
    # The account's choice comes before the browser's: left alone, the switch would do nothing.
    known = chosen in dict(settings.LANGUAGES)
    if user.is_authenticated and known and user.language not in ("", chosen):
        rename_account(user, display_name=user.display_name, language=chosen)
    return response
