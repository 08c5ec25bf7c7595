"""What a program is told when something cannot be: one shape for every error."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.log import log_response
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from lodose.server.records.bridge import ArmsSealedError
from lodose.server.records.entries import EntryError

# What the rooms and the forms call a field, where a program calls it something else.
FIELD_NAMES = {
    "confirm": "confirmed_micrograms",
    "dose": "dose_micrograms",
    "dose_mg": "dose_micrograms",
    "kit": "kit_taken",
    "length": "pairs",
    "strength": "micrograms_per_millilitre",
}
# Most fields that one answer names: a request can hold any number of wrong ones.
MOST_FIELDS = 40
NAME_LENGTH = 80


class Problem(Schema):
    """What is wrong, where, and how to mend it."""

    problem: str = Field(description="What cannot be, in the language that was asked for.")
    fields: dict[str, str] = Field(
        default_factory=dict, description="Name of each field that cannot be, with the reason."
    )
    mend: str = Field(default="", description="What to do about it.")


class RefusalError(Exception):
    """An answer other than success, on its way to the one shape of errors."""

    def __init__(
        self, status: int, problem: str, *, mend: str = "", fields: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.problem = Problem(problem=problem, mend=mend, fields=dict(fields or {}))
        super().__init__(problem)


def conflict(problem: str, mend: str = "", fields: Mapping[str, str] | None = None) -> RefusalError:
    """Return the refusal of what stands against something that is there already."""
    return RefusalError(409, problem, mend=mend, fields=fields)


def absent() -> Problem:
    """Return what is said of everything that is not there, or not for the caller."""
    return Problem(problem=_("Not there."), mend=_("Check the address and whose token this is."))


def answer_with(status: int, problem: Problem) -> HttpResponse:
    """Return a problem as the answer to a request."""
    response = HttpResponse(
        problem.model_dump_json(), status=status, content_type="application/json; charset=utf-8"
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def tell_problems(api: NinjaAPI) -> None:
    """Let an API answer every error in the one shape."""
    api.add_exception_handler(RefusalError, _refused)
    api.add_exception_handler(Http404, _absent)
    api.add_exception_handler(EntryError, _wrong_entry)
    api.add_exception_handler(ArmsSealedError, _sealed)
    api.add_exception_handler(ValidationError, _wrong_values)
    api.add_exception_handler(AuthenticationError, _unknown)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(SuspiciousOperation, _too_large)
    api.add_exception_handler(Exception, _failed)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_with(error.status, error.problem)


def _absent(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_with(404, absent())


def _wrong_entry(request: HttpRequest, error: Any) -> HttpResponse:
    fields = {FIELD_NAMES.get(name, name): str(text) for name, text in error.problems.items()}
    if set(fields) == {"id"}:
        problem = _("Something else was sent under this id.")
        return answer_with(
            409, Problem(problem=problem, fields=fields, mend=_("Make a new id for each entry."))
        )
    return answer_with(422, _nothing_written(fields))


def _nothing_written(fields: dict[str, str]) -> Problem:
    return Problem(
        problem=_("Nothing was written: something in the request cannot be."),
        fields=fields,
        mend=_("Mend the fields that are named and send the request again."),
    )


def _sealed(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_with(409, sealed())


def sealed() -> Problem:
    """Return what is said, and nothing else, while a schedule is sealed."""
    return Problem(
        problem=_("There is no answer while the schedule runs or is sealed."),
        mend=_("Ask again after its last day."),
    )


def _wrong_values(request: HttpRequest, error: Any) -> HttpResponse:
    fields: dict[str, str] = {}
    for each in error.errors[:MOST_FIELDS]:
        # The first two parts say where in the request ("body", name of the argument).
        where = [str(part) for part in each["loc"]]
        named = where[2:] if where[0] == "body" else where[1:]
        fields[".".join(named)[:NAME_LENGTH] or "body"] = _in_words(each)
    return answer_with(422, _nothing_written(fields))


def _in_words(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, without repeating the value."""
    kind, facts = str(error["type"]), error.get("ctx", {})
    if kind == "missing":
        return _("This field is missing.")
    if kind == "extra_forbidden":
        return _("There is no such field.")
    if kind in {"literal_error", "enum"}:
        return _("It is not one of: %(expected)s.") % {"expected": facts.get("expected", "")}
    if kind in {"string_too_long", "too_long"}:
        return _("It is longer than %(most)s.") % {"most": facts.get("max_length", "")}
    if kind in {"greater_than_equal", "less_than_equal"}:
        bound = facts.get("ge", facts.get("le", ""))
        words = _("It is below %(bound)s.") if "ge" in facts else _("It is above %(bound)s.")
        return words % {"bound": bound}
    if kind.startswith(("int", "bool", "float", "decimal")):
        return _("It is not a value of the kind that the document names.")
    if kind.startswith(("date", "time", "timezone")):
        return _("It is not a day such as 2026-03-01 or a moment such as 2026-03-01T20:15:00Z.")
    if kind.startswith("uuid"):
        return _("It is not an id such as 0b9c1a52-5d2f-4c0e-9a53-1f1b8e0f6a77.")
    return _("It cannot be used here; the document says what can.")


def _unknown(request: HttpRequest, error: Any) -> HttpResponse:
    problem = _("The request carries no token that works.")
    mend = _("Make a token under Account, Tokens, and send it as: Authorization: Bearer lodose_...")
    return answer_with(401, Problem(problem=problem, mend=mend))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_with(
        422, Problem(problem=_("The body is not JSON."), mend=_("Send JSON in UTF-8."))
    )


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return answer_with(
        413, Problem(problem=_("The request is too large."), mend=_("Send it in several parts."))
    )


def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer an unexpected fault; it is logged and signalled as Django does it for pages."""
    got_request_exception.send(sender=None, request=request)
    problem = _("Something went wrong here. It was not your request's fault.")
    response = answer_with(500, Problem(problem=problem, mend=_("Try again later.")))
    log_response("Internal Server Error", response=response, request=request, exception=error)
    return response
