"""Log lines as JSON: what happened and where in the code, never what somebody wrote."""

import json
import logging
from datetime import UTC, datetime

LONGEST_EVENT = 200


class JsonLines(logging.Formatter):
    """One JSON object a line.

    Of an exception only its kind and place are kept: its text may repeat a value, and a request's
    address may hold a secret.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        status = getattr(record, "status_code", None)
        if isinstance(status, int):
            line["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            line["fault"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                code = trace.tb_frame.f_code
                line["place"] = f"{code.co_qualname}:{trace.tb_lineno}"
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    """Return the fixed words of a message: never its arguments, never a second line.

    Libraries put an exception, or its traceback, where the words belong; both may repeat values.
    Django's security loggers put what was sent into the words themselves: their name says enough.
    """
    if record.name.startswith("django.security."):
        return record.name.rpartition(".")[2]
    message = record.msg
    if not isinstance(message, str):
        return type(message).__name__
    return message.partition("\n")[0][:LONGEST_EVENT]


# For the processes of the server itself: the same lines, and no line for a visit.
SERVER_LOGGING = {
    "formatters": {
        "generic": {"()": "lodose.server.operations.logs.JsonLines"},
        "access": {"()": "lodose.server.operations.logs.JsonLines"},
    }
}
