"""Write what happens at the door into the server's chain."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.userkit import filter_users_by_email
from allauth.mfa import signals as factor_signals
from allauth.socialaccount import signals as hospital_signals
from django.contrib.auth import signals as django_signals

from lodose.server.accounts.actions import end_tokens_and_devices
from lodose.server.accounts.events import record_security
from lodose.server.accounts.models import User


def connect() -> None:
    """Listen; called once when the application starts."""
    django_signals.user_logged_in.connect(_signed_in, dispatch_uid="signed-in")
    django_signals.user_logged_out.connect(_signed_out, dispatch_uid="signed-out")
    django_signals.user_login_failed.connect(_sign_in_failed, dispatch_uid="sign-in-failed")
    factor_signals.authentication_failed.connect(_factor_failed, dispatch_uid="factor-failed")
    account_signals.password_reset.connect(_password_reset, dispatch_uid="after-password-reset")
    for kind, signal in _OF_ACCOUNTS.items():
        signal.connect(_listener(kind), weak=False, dispatch_uid=kind)
    for kind, signal in _OF_FACTORS.items():
        signal.connect(_factor_listener(kind), weak=False, dispatch_uid=kind)
    for kind, signal in _OF_HOSPITAL.items():
        signal.connect(_hospital_listener(kind), weak=False, dispatch_uid=kind)


_OF_ACCOUNTS = {
    "password-set": account_signals.password_set,
    "password-changed": account_signals.password_changed,
    "password-reset": account_signals.password_reset,
    "email-changed": account_signals.email_changed,
    "email-added": account_signals.email_added,
    "email-removed": account_signals.email_removed,
}
_OF_FACTORS = {
    "factor-added": factor_signals.authenticator_added,
    "factor-removed": factor_signals.authenticator_removed,
    "factor-renewed": factor_signals.authenticator_reset,
    "factor-used": factor_signals.authenticator_used,
}
_OF_HOSPITAL = {
    "hospital-account-joined": hospital_signals.social_account_added,
    "hospital-account-parted": hospital_signals.social_account_removed,
}


def _listener(kind: str) -> Any:
    def listen(user: User, **_: Any) -> None:
        record_security(user, kind)

    return listen


def _factor_listener(kind: str) -> Any:
    def listen(user: User, authenticator: Any, **_: Any) -> None:
        record_security(user, kind, factor=authenticator.type)

    return listen


def _hospital_listener(kind: str) -> Any:
    def listen(request: Any, **_: Any) -> None:
        user = request.user
        record_security(user if user.is_authenticated else None, kind)

    return listen


def _signed_in(user: User, **_: Any) -> None:
    record_security(user, "signed-in")


def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record_security(user, "signed-out")


def _password_reset(user: User, **_: Any) -> None:
    end_tokens_and_devices(user)


def _factor_failed(user: User, authenticator: Any, **_: Any) -> None:
    record_security(user, "factor-failed", factor=authenticator.type)


def _sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Name the account if there is one; never what was typed, which may be a password."""
    user = None
    if name := credentials.get("username"):
        user = User.objects.filter(username__iexact=name).first()
    elif address := credentials.get("email"):
        user = next(iter(filter_users_by_email(address)), None)
    record_security(user, "sign-in-failed")
