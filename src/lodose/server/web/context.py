"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the neutral name of the site and what danger texts need."""
    user = getattr(request, "user", None)
    return {
        "role": user.role if user is not None and user.is_authenticated else "",
        "site_name": settings.SITE_NAME,
        "emergency_number": settings.EMERGENCY_NUMBER,
        "demonstration": settings.DEMONSTRATION,
    }
