"""Delete a person: every row, every session, and the salt that joined their events to them."""

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from lodose.server.accounts.models import User
from lodose.server.audit.chain import end_chain, record_for_server
from lodose.server.records.models import Person


def delete_everything(person: Person) -> None:
    """Delete a person's account and record. Nothing brings them back.

    What stays: the tombstone of their chain (kinds, times and hashes that belong to nobody any
    more) and a word in the server's chain that some record was deleted. Who was let in loses
    access in the same moment.

    Parameters
    ----------
    person : Person
        Whose record; the caller has made sure that it is they who ask.
    """
    with transaction.atomic():
        # An account that is being deleted takes nothing new: a sign-in or a check-in that comes
        # at the same time waits for this row, then finds nothing.
        user = User.objects.select_for_update().get(pk=person.user_id)
        end_chain(person.chain_id)
        _end_sessions(user)
        user.delete()
        record_for_server("account-deleted", {})
    _forget_pages()


def _end_sessions(user: User) -> None:
    """Delete every session of the account, whatever signed it in."""
    own = str(user.pk)
    ended = [
        session.pk for session in Session.objects.iterator() if own in str(session.get_decoded())
    ]
    Session.objects.filter(pk__in=ended).delete()


def _forget_pages() -> None:
    """Let SQLite drop its log, where older pages stand until it is begun anew.

    ``secure_delete`` overwrites the pages of the database itself. A reader that is busy now only
    delays this to the next time that the log is emptied.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
