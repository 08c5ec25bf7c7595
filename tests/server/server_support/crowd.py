"""A person with a bit of everything in the record, and everybody else around them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.test import Client
from django.utils import timezone

from lodose.server.accounts.actions import make_token, trust_device
from lodose.server.accounts.models import ApiToken, Role, TrustedDevice, User
from lodose.server.care.models import Grant, Invitation
from lodose.server.records.before_models import RuleOverride
from lodose.server.records.clock import today_of
from lodose.server.records.models import (
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)
from server_support.people import check_in, let_in, make_account, make_person, signed_in

# Words that stand in the owner's record and nowhere else.
MARKS = (
    "quillwort-note",
    "quillwort-hope",
    "quillwort-medicine",
    "quillwort-flare",
    "quillwort-blood",
    "quillwort-effect",
    "quillwort-doctor",
)
# Parameters that choose a view of one's own record, or are secrets of their own.
NOT_OBJECTS = {
    *("width", "day", "month", "number", "name", "secret", "token", "provider_id"),
    *("claim", "condition"),
}


def is_object(name: str, template: str) -> bool:
    """Whether a parameter names something that belongs to somebody."""
    return f"<uuid:{name}>" in template or name not in NOT_OBJECTS


@dataclass
class Crowd:
    """The owner of a record, who may see it, and who may not."""

    owner: Person
    prescriber: User
    others: dict[str, User]
    objects: dict[str, str] = field(default_factory=dict)

    def values(self, names: Iterable[str], template: str) -> dict[str, str]:
        """The owner's objects for the parameters of an address."""
        known = dict(self.objects)
        for kind in ("laboratory", "medicines", "events"):
            if f"{kind}/" in template:
                known["item"] = known[kind.removesuffix("s")]
        if "<uuid:token>" in template:
            known["token"] = known["api token"]
        unknown = [name for name in names if name not in known]
        assert not unknown, f"/{template}: give {unknown} a value in server_support.crowd"
        return {name: known[name] for name in names}

    def absent(self, names: Iterable[str], template: str) -> dict[str, str]:
        """The same with objects that nobody has."""
        return {
            name: str(uuid.uuid4()) if is_object(name, template) else value
            for name, value in self.values(names, template).items()
        }

    def strangers(self) -> Iterator[tuple[str, Client]]:
        """Everybody whom the owner never let in."""
        yield "visitor", Client()
        for name, user in self.others.items():
            yield name, signed_in(user)

    def insiders(self) -> Iterator[tuple[str, Client]]:
        """One of each role, the person being the owner and the prescriber theirs."""
        yield "visitor", Client()
        yield "person", signed_in(self.owner)
        yield "prescriber", signed_in(self.prescriber)
        for role in (Role.PHARMACIST, Role.RESEARCHER, Role.ADMINISTRATOR):
            yield role.value, signed_in(self.others[role.value])


def make_crowd() -> Crowd:
    """Make the accounts and fill the owner's record."""
    owner = make_person("owner", display_name="Owner")
    owner.hopes = "quillwort-hope"
    owner.save()
    prescriber = make_account(Role.PRESCRIBER, "prescriber-of-owner")
    others = {"other person": make_person("stranger").user}
    for role in (Role.PRESCRIBER, Role.PHARMACIST, Role.RESEARCHER, Role.ADMINISTRATOR):
        others[role.value] = make_account(role)
    crowd = Crowd(owner, prescriber, others)
    crowd.objects = _fill(owner, let_in(owner, prescriber))
    return crowd


def _fill(owner: Person, grant: Grant) -> dict[str, str]:
    today = today_of(owner)
    entry = check_in(
        owner,
        outcomes={"pain": "7"},
        side_effects=[["quillwort-effect", 3]],
        note="quillwort-note",
        dose_micrograms=1500,
    ).check_in
    later = timezone.now() + dt.timedelta(days=3)
    laboratory = Laboratory.objects.create(
        person=owner, day=today, analyte="crp", value=4, unit="mg/L", note="quillwort-blood"
    )
    medicine = Medicine.objects.create(person=owner, name="quillwort-medicine", first_day=today)
    event = LifeEvent.objects.create(person=owner, day=today, what="flare", note="quillwort-flare")
    step = DoseStep.objects.create(
        person=owner,
        kind="start",
        from_day=today,
        dose_micrograms=1500,
        agreed_with="quillwort-doctor",
        agreed_on=today,
    )
    invitation = Invitation.objects.create(
        person=owner, token_hash=uuid.uuid4().hex, expires_at=later
    )
    trust_device(owner.user, "phone")
    make_token(owner.user, "script", ["read:diary"])
    trial = Trial.objects.create(person=owner, plan=_plan(), agreed_with="quillwort-doctor")
    TrialPeriod.objects.bulk_create(
        TrialPeriod(
            trial=trial,
            number=number + 1,
            first_day=today + dt.timedelta(days=7 * number),
            last_day=today + dt.timedelta(days=7 * number + 6),
            arm=arm,
            dose_micrograms=dose,
            pair=1,
        )
        for number, (arm, dose) in enumerate((("active", 1500), ("comparator", 0)))
    )
    override = RuleOverride.objects.create(
        person=owner,
        rule="OPI-001-full-agonist",
        fired_by=["quillwort-medicine"],
        by_name="quillwort-doctor",
        reason="quillwort-reason",
        on=today,
    )
    Pause.objects.create(
        person=owner,
        first_day=today - dt.timedelta(days=30),
        last_day=today - dt.timedelta(days=29),
    )
    return {
        "person": str(owner.pk),
        "account": str(owner.user.pk),
        "claim": "pain",
        "condition": "fibromyalgia",
        "check_in": str(entry.pk),
        "trial": str(trial.pk),
        "laboratory": str(laboratory.pk),
        "medicine": str(medicine.pk),
        "event": str(event.pk),
        "step": str(step.pk),
        "grant": str(grant.pk),
        "access": str(grant.pk),
        "correction": str(uuid.uuid4()),
        "month": today.strftime("%Y-%m"),
        "number": "1",
        "name": "diary",
        "override": str(override.pk),
        "invitation": str(invitation.pk),
        "device": str(TrustedDevice.objects.get(user=owner.user).pk),
        "api token": str(ApiToken.objects.get(user=owner.user).pk),
        "day": today.isoformat(),
        "width": "340",
        "token": "a-token-that-nobody-made",
        "secret": "a-secret-that-nobody-made",
        "provider_id": "hospital",
    }


def _plan() -> dict[str, object]:
    return {
        "title": "Trial",
        "design": "randomised-open",
        "randomisation": {"method": "within-pairs"},
        "primary_outcome": "pain",
        "treatment": {"name": "treatment", "active": "1.5 mg", "comparator": "nothing"},
        "outcomes": [{"name": "pain", "instrument": "pain-nrs"}],
    }
