"""What each process of ``lodose serve`` runs: the application, and a warm engine behind it.

A process of its own begins here. The engine's compiled code is loaded in the background, so that
the first answer does not wait for it and the first page not either.
"""

import importlib
import logging
import os
import sys
import threading

from lodose.server.wsgi import application

__all__ = ["application"]

_LOG = logging.getLogger("lodose.worker")


def _warm_up() -> None:
    if sys.platform == "linux":
        # On Linux this is a matter of the thread: whoever asks for a page comes first.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
    try:
        compute = importlib.import_module("lodose.server.answers.compute")
        compute.warm_up()
        importlib.import_module("lodose.server.answers.receptors").warm_up()
    except (ImportError, AttributeError):
        return
    except Exception:  # noqa: BLE001  # a cold engine is slow, not broken
        _LOG.warning("warm-up failed", exc_info=True)


threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
