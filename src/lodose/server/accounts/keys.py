"""How entries of the shared cache are named."""

import hashlib
import hmac

from django.conf import settings


def cache_key(key: str, prefix: str, version: int) -> str:
    """Return a name that tells nobody whose entry it is: keys hold accounts and addresses."""
    text = f"{prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
