"""The API as one object: every resource under /api/v1."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from lodose.server.api import (
    account,
    answer,
    brief,
    care,
    check_ins,
    days,
    diary_items,
    evidence,
    people,
    receptors,
    regimen,
    reminders,
    screening,
    suitability,
    treatment,
    trials,
    uploads,
)
from lodose.server.api.problems import tell_problems
from lodose.server.api.vocabulary import fill_in

DESCRIPTION = (
    "Everything that a page can do, for programs. Send a personal token as "
    "`Authorization: Bearer lodose_...`; it is made on a page, under Account, Tokens. Each "
    "operation names the scopes that it needs in `x-scopes`. A page of the same server may use "
    "its session instead, with the CSRF token in `X-CSRFToken` for every change. "
    "Doses are whole micrograms, decimals are text, moments carry their zone, days are those of "
    "the person's own calendar. Every error has the same shape: what cannot be, which fields, how "
    "to mend it; then nothing was written. What is not there and what is not yours look the same. "
    "Nobody is watching what is sent here: in danger call your emergency number. "
    "Deleting the account and making tokens are pages only: both ask for a fresh sign-in."
)


class Api(NinjaAPI):
    """The API with a document in which every field is described, made once in a process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the document."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._described:
            described = super().get_openapi_schema(path_prefix=prefix)
            fill_in(described)
            self._described[prefix] = described
        return self._described[prefix]


api = Api(
    title="Diary",
    version="1",
    description=DESCRIPTION,
    # Their pages load scripts from other companies; `document.py` makes a page without any.
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
tell_problems(api)
for resource in (
    check_ins,
    days,
    evidence,
    diary_items,
    uploads,
    treatment,
    regimen,
    suitability,
    trials,
    answer,
    brief,
    care,
    reminders,
    screening,
    receptors,
    account,
    people,
):
    api.add_router("", resource.doors.router)
