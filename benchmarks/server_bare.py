"""The least that Django can do with a check-in: no middleware, one view, one row written.

    python -c "from benchmarks.server_bare import main; main(8000)"

The same granian with the same number of processes and threads as `lodose serve`, the same
database, the same form. What the product needs more than this is the price of sessions, CSRF,
checks, the chain of events and the receipt.
"""

import os

import django
from django.conf import settings

from lodose.server.config import read_config

settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    DATABASES={"default": read_config(os.environ).database()},
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    """One entry."""

    id = models.UUIDField(primary_key=True)
    content = models.JSONField()

    class Meta:
        app_label = "bare"
        db_table = "bare_row"


def take(request: HttpRequest) -> HttpResponse:
    """Write one row."""
    form = request.POST
    Row(id=form["id"], content=form.dict()).save(force_insert=True)
    return HttpResponseRedirect(f"/today/receipt/{form['id']}/")


urlpatterns = [
    path("today/", take),
    path("health/ready", lambda request: HttpResponse("ready")),
]


def main(port: int) -> None:
    """Serve until stopped."""
    from granian.constants import Interfaces
    from granian.server import Server

    from lodose.server.operations.serving import THREADS

    with connection.schema_editor() as editor:
        if Row._meta.db_table not in connection.introspection.table_names():
            editor.create_model(Row)
    connection.close()
    Server(
        "benchmarks.server_bare:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=256,
        log_level="warning",
    ).serve()


from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

application = WSGIHandler()
