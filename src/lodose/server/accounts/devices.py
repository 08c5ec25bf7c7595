"""The cookie of a trusted device: check in without signing in, and read nothing.

The cookie is sent to the check-in's own addresses only, so that no other page could honour it by
mistake.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lodose.server.accounts.models import TrustedDevice, User, digest

COOKIE_PATH = "/today/"
RECEIPT_COOKIE = "receipt"
RECEIPT_SECONDS = 900


def device_of(request: HttpRequest) -> TrustedDevice | None:
    """Return the device that a request comes from, with its account, if its trust still holds."""
    secret = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not secret:
        return None
    device = TrustedDevice.objects.select_related("user").filter(token_hash=digest(secret)).first()
    now = timezone.now()
    if device is None or not device.is_valid(now) or not device.user.is_active:
        return None
    if device.last_used_on != now.date():  # one write a day, not one for each request
        device.last_used_on = now.date()
        device.save(update_fields=["last_used_on"])
    return device


def remember_device(response: HttpResponse, secret: str) -> None:
    """Hand the device its secret."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        secret,
        max_age=settings.DEVICE_DAYS * 86_400,
        **_strict(),
    )


def forget_device(response: HttpResponse) -> None:
    """Take the secret back from the browser; the account's list ends the trust itself."""
    response.delete_cookie(settings.DEVICE_COOKIE_NAME, path=COOKIE_PATH, samesite="Strict")


def account_key(user: User) -> str:
    """Return a name for an account that says nothing: a phone keeps it with what it could not send.

    Another account on the same phone then does not send it as its own.
    """
    return salted_hmac("lodose.phone", str(user.pk), algorithm="sha256").hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class SentByDevice:
    """What a device may be told again: that it sent something, when, and the danger it named."""

    check_in: uuid.UUID
    outcome: str
    red_flags: tuple[str, ...]


def remember_sending(response: HttpResponse, device: TrustedDevice, sent: SentByDevice) -> None:
    """Let the device see the receipt of what it just sent, for a quarter of an hour."""
    value = [str(device.pk), str(sent.check_in), sent.outcome, list(sent.red_flags)]
    response.set_cookie(
        RECEIPT_COOKIE,
        signing.dumps(value, salt=RECEIPT_COOKIE, serializer=_Json),
        max_age=RECEIPT_SECONDS,
        **_strict(),
    )


def sent_by(request: HttpRequest, device: TrustedDevice) -> SentByDevice | None:
    """Return what this device just sent, or None."""
    try:
        value = signing.loads(
            request.COOKIES.get(RECEIPT_COOKIE, ""),
            salt=RECEIPT_COOKIE,
            serializer=_Json,
            max_age=RECEIPT_SECONDS,
        )
    except signing.BadSignature:
        return None
    if value[0] != str(device.pk):
        return None
    return SentByDevice(uuid.UUID(value[1]), value[2], tuple(value[3]))


class _Json:
    """Short JSON for a signed cookie."""

    def dumps(self, value: Any) -> bytes:
        """Write."""
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, value: bytes) -> Any:
        """Read."""
        return json.loads(value)


def _strict() -> dict[str, Any]:
    return {
        "path": COOKIE_PATH,
        "httponly": True,
        "samesite": "Strict",
        "secure": settings.SESSION_COOKIE_SECURE,
    }
