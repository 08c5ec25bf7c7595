"""The API as one object: every resource under /api/v1."""

from ninja import NinjaAPI

from lodose.server.api import (
    account,
    answer,
    care,
    check_ins,
    days,
    diary_items,
    people,
    reminders,
    treatment,
    trials,
)
from lodose.server.api.problems import tell_problems

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

api = NinjaAPI(
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
    diary_items,
    treatment,
    trials,
    answer,
    care,
    reminders,
    account,
    people,
):
    api.add_router("", resource.doors.router)
