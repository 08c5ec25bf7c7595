"""Django's sessions in the database, found by one prepared statement."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from lodose.server.prepared import Prepared

_SESSION = Prepared(Session, "session_key", "expire_date__gt")


class SessionStore(DatabaseStore):
    """As Django's own; only the way to the row is shorter."""

    def _get_session_from_db(self) -> Any:
        found = _SESSION.first(self.session_key, timezone.now())
        if found is None:
            self._session_key = None
        return found
