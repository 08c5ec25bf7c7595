"""Addresses that the terminal prints: links that open an account."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse


def sign_in_address(secret: str) -> str:
    """Return the address of a sign-in link."""
    return settings.CONFIG.origin + _path("web:enter-link", f"/enter/{secret}/", secret)


def join_address(secret: str) -> str:
    """Return the address of an invitation to open an account."""
    return settings.CONFIG.origin + _path("web:join", f"/join/{secret}/", secret)


def _path(name: str, otherwise: str, secret: str) -> str:
    try:
        return reverse(name, args=[secret])
    except NoReverseMatch:
        return otherwise
