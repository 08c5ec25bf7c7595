"""Everything that is kept about a person, as one archive for themselves."""

import io
import json
import zipfile
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lodose.server.audit.chain import record
from lodose.server.audit.models import Event
from lodose.server.care.models import Grant, Invitation, Seen
from lodose.server.records.before_models import (
    BeforeStart,
    BriefWords,
    ChosenPlan,
    HowItWent,
    Raised,
    RuleOverride,
    Screened,
    Suitability,
)
from lodose.server.records.bridge import protocol_of
from lodose.server.records.clock import today_of
from lodose.server.records.exports import (
    diary_csv,
    disclosed_trials,
    has_diary,
    protocol_toml,
)
from lodose.server.records.models import (
    CheckIn,
    CheckInVersion,
    DoseStep,
    Laboratory,
    LifeEvent,
    Medicine,
    Outcome,
    Pause,
    Person,
    Trial,
    TrialPeriod,
)

# Secrets and their hashes are of no use to anybody, and stay here.
_SECRET = frozenset({"token_hash", "feed_hash"})
# What could tell an arm while a blinded trial runs, wherever it stands.
_ARM = frozenset(
    {
        "arm",
        "arms",
        "dose",
        "dose_mg",
        "dose_micrograms",
        "periods",
        "schedule",
        "sequence",
        "treatment",  # of the plan: what the arms are
    }
)


def everything_of(person: Person) -> bytes:
    """Return a ZIP archive of all that is kept about a person, and write that it was made.

    While a blinded trial runs nothing in it can tell an arm: no dose and no arm of a period, no
    report, no protocol with its periods.
    """
    with transaction.atomic():
        record(person.chain_id, "downloaded", {})
        files = _files(person)
    buffer = io.BytesIO()
    stamp = timezone.now().timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=stamp), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def archive_name(person: Person) -> str:
    """Return the name of the archive: a date, no name and nothing of health."""
    return f"data-{today_of(person)}.zip"


def blinded_trial_runs(person: Person) -> bool:
    """Whether a trial runs whose arms nobody here may learn."""
    return has_sealed_trial(person, status=Trial.Status.RUNNING)


def has_sealed_trial(person: Person, **where: Any) -> bool:
    """Whether there is a trial whose schedule is not disclosed."""
    return Trial.objects.filter(person=person, sealed=True, **where).exists()


def _files(person: Person) -> dict[str, bytes]:
    from lodose.server.answers.compute import report_pdf

    content = json.dumps(rows_of(person), indent=1, sort_keys=True, ensure_ascii=False)
    files = {"everything.json": content.encode()}
    if has_diary(person):
        files["diary.csv"] = diary_csv(person)
    trials = disclosed_trials(person)
    for number, trial in enumerate(trials, start=1):
        name = "protocol.toml" if number == len(trials) else f"protocol-{number}.toml"
        files[name] = protocol_toml(protocol_of(trial))
    sealed = has_sealed_trial(person)
    report = None if sealed else report_pdf(person)
    if report is not None:
        files["report.pdf"] = report.content
    files["README.txt"] = _read_me(set(files), sealed).encode()
    return dict(sorted(files.items()))


def rows_of(person: Person) -> dict[str, Any]:
    """Return every row that is kept about a person, by kind, as JSON values."""
    sealed = has_sealed_trial(person)
    user = person.user
    trials = Trial.objects.filter(person=person)
    rows: dict[str, Any] = {
        "account": {
            "user_name": user.username,
            "name": user.display_name,
            "e_mail": user.email,
            "language": user.language,
            "opened": user.date_joined.isoformat(),
            "last_sign_in": user.last_login and user.last_login.isoformat(),
        },
        "record": _plain(person, leave={"user", "chain_id"}),
        "outcomes": _list(Outcome.objects.filter(person=person)),
        "check_ins": _list(CheckIn.objects.filter(person=person)),
        "older_versions": _list(CheckInVersion.objects.filter(check_in__person=person)),
        "pauses": _list(Pause.objects.filter(person=person)),
        "laboratory": _list(Laboratory.objects.filter(person=person)),
        "other_medicines": _list(Medicine.objects.filter(person=person)),
        "events": _list(LifeEvent.objects.filter(person=person)),
        "before_the_start": _list(BeforeStart.objects.filter(person=person)),
        "safety_check": _list(Screened.objects.filter(person=person)),
        "contraindications_raised": _list(Raised.objects.filter(person=person)),
        "contraindications_overridden": _list(RuleOverride.objects.filter(person=person)),
        "dose_steps": _list(DoseStep.objects.filter(person=person)),
        # While an arm is sealed a plan says nothing of its doses either.
        "chosen_plans": _list(
            ChosenPlan.objects.filter(person=person),
            leave={"person"} | ({"plan", "steps", "product"} if sealed else set()),
        ),
        "how_it_went": _list(
            HowItWent.objects.filter(person=person),
            leave={"person"} | ({"from_micrograms", "to_micrograms"} if sealed else set()),
        ),
        "brief": _list(BriefWords.objects.filter(person=person)),
        "suitability_confirmed": _list(Suitability.objects.filter(person=person)),
        "trials": _list(trials),
        "periods": [
            _period(each)
            for each in TrialPeriod.objects.filter(trial__in=trials).select_related("trial")
        ],
        "care_team": [
            {"name": each.prescriber.shown_name, **_plain(each, leave={"person", "prescriber"})}
            for each in Grant.objects.filter(person=person).select_related("prescriber")
        ],
        "invitations_to_the_care_team": _list(Invitation.objects.filter(person=person)),
        "seen_by_the_care_team": _list(Seen.objects.filter(person=person)),
        "devices": _list(user.devices.all(), leave={"user"}),
        "tokens": _list(user.tokens.all(), leave={"user"}),
        "sessions": _list(
            UserSession.objects.filter(user=user), leave={"user", "session_key", "data"}
        ),
        "what_happened": _list(
            Event.objects.filter(chain_id=person.chain_id).order_by("sequence"), leave={"chain"}
        ),
    }
    if sealed:
        # A dose written before its day was sealed could tell as well as any other.
        for kind in ("check_ins", "older_versions", "trials", "dose_steps", "what_happened"):
            rows[kind] = [_without_arms(row) for row in rows[kind]]
    return rows


def _list(rows: QuerySet[Any], *, leave: set[str] | None = None) -> list[dict[str, Any]]:
    return [_plain(row, leave=leave or {"person"}) for row in rows]


def _plain(row: Model, *, leave: set[str]) -> dict[str, Any]:
    """Return a row's own columns in their one spelling."""
    return {
        field.name: _spelled(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in leave | _SECRET
    }


def _spelled(value: Any) -> Any:
    if value is None or isinstance(value, str | int | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _period(period: TrialPeriod) -> dict[str, Any]:
    """Return a period; of a sealed trial, without what only its key may tell."""
    row = _plain(period, leave=set())
    if period.trial.sealed:
        row["arm"] = row["dose_micrograms"] = None
    return row


def _without_arms(value: Any) -> Any:
    """Return JSON values without the keys that could tell an arm."""
    if isinstance(value, dict):
        return {
            name: inner if name == "sequence" and isinstance(inner, int) else _without_arms(inner)
            for name, inner in value.items()
            if name not in _ARM or (name == "sequence" and isinstance(inner, int))
        }
    return [_without_arms(each) for each in value] if isinstance(value, list) else value


def _read_me(names: set[str], sealed: bool) -> str:
    said = {
        "diary.csv": _("your check-ins as a table; any spreadsheet opens it"),
        "protocol.toml": _("the plan of your trial, as the command line of Lodose reads it"),
        "report.pdf": _("the report of your answer"),
        "everything.json": _(
            "every entry that is kept about you, with its older versions, who may see your "
            "record and who looked"
        ),
    }
    lines = [
        _("Everything that this server keeps about you."),
        "",
        *(f"{name}: {words}" for name, words in sorted(said.items()) if name in names),
        "",
        _("Not in here: your password and the secrets of your tokens, devices and passkeys."),
    ]
    if sealed:
        lines += [
            _(
                "A blinded trial is not finished: its schedule is sealed, so this archive cannot "
                "tell what you take. After the trial a new archive will."
            )
        ]
    lines += ["", _("Keep this file where nobody else can read it: it is not encrypted.")]
    return "\n".join(lines) + "\n"
