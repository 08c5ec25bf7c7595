"""The server's settings for tests: a folder of its own, cheap password hashes, no manifest.

``LODOSE_TEST_DATABASE_URL`` runs the same tests on PostgreSQL (`tools/with-postgresql`).
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="lodose-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("LODOSE_")]:
    if not _name.startswith("LODOSE_TEST_"):
        del os.environ[_name]
os.environ["LODOSE_DATA"] = _folder
os.environ["LODOSE_DATABASE_URL"] = os.environ.get("LODOSE_TEST_DATABASE_URL", "")

from lodose.server.settings import *  # noqa: E402, F403
from lodose.server.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
