"""The entry of every production server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodose.server.settings")
application = get_wsgi_application()
