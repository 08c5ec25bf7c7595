"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

# The name that a server has unless its keeper gives it one; a given name is nobody's to translate.
_UNNAMED = "Diary"


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the neutral name of the site and what danger texts need."""
    user = getattr(request, "user", None)
    return {
        "role": user.role if user is not None and user.is_authenticated else "",
        "site_name": site_name(),
        "emergency_number": settings.EMERGENCY_NUMBER,
        "demonstration": settings.DEMONSTRATION,
    }


def site_name() -> str:
    """Return the site's neutral name, in the reader's language where nobody chose one."""
    return _("Diary") if settings.SITE_NAME == _UNNAMED else str(settings.SITE_NAME)
