"""Programs that call the API with a token."""

import datetime as dt
import json
from typing import Any

from django.test import Client

from lodose.server.accounts.actions import make_token
from lodose.server.accounts.models import User
from lodose.server.accounts.scopes import scopes_of
from lodose.server.records.clock import today_of
from lodose.server.records.models import Person, Trial, TrialPeriod
from lodose.server.records.schedules import PlannedPeriod, Wish, plan_for, start_schedule
from server_support.people import suits

ROOT = "/api/v1"


class Program:
    """A program with a token; every answer's body is JSON unless it is a file."""

    def __init__(self, user: User | Person, *scopes: str) -> None:
        owner = user.user if isinstance(user, Person) else user
        chosen = list(scopes) or list(scopes_of(owner.role))
        self.secret = make_token(owner, "program", chosen)
        # As strict as a browser: a program needs no CSRF token because it has no cookie.
        self.client = Client(enforce_csrf_checks=True)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = {} if body is None else {"data": json.dumps(body)}
        return self.client.generic(
            method,
            ROOT + path,
            content_type="application/json",
            headers={**self.headers, **headers},
            **content,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self("PUT", path, body, **headers)

    def delete(self, path: str) -> Any:
        return self("DELETE", path)


def open_trial(person: Person) -> Trial:
    """An open schedule that begins today."""
    today = today_of(person)
    suits(person)
    return start_schedule(
        person,
        Wish(
            design="open-on-off",
            pairs=2,
            days=14,
            first_day=today,
            dose_micrograms=4500,
            agreed_with="Practice",
            settled=True,
            agreed_on=today,
        ),
    )


def sealed_trial(person: Person) -> Trial:
    """A blinded trial that began a week ago, with two periods; nobody here knows the arms."""
    today = today_of(person)
    wish = Wish("randomised-open", 2, 14, today, 4500, "Practice", today, settled=True)
    trial = Trial.objects.create(
        person=person, sealed=True, plan=plan_for(person, wish, 1), commitment="c" * 64
    )
    begins = today - dt.timedelta(days=7)
    for number, planned in enumerate(
        (
            PlannedPeriod(begins, begins + dt.timedelta(days=5), 1, kit="K-101"),
            PlannedPeriod(
                begins + dt.timedelta(days=6), begins + dt.timedelta(days=20), 1, kit="K-102"
            ),
        ),
        1,
    ):
        TrialPeriod.objects.create(
            trial=trial,
            number=number,
            first_day=planned.first_day,
            last_day=planned.last_day,
            pair=planned.pair,
            kit=planned.kit,
        )
    return trial
