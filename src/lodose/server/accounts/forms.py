"""Opening an account: the role comes from the invitation, never from the form."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import SignupForm
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lodose.server.accounts.actions import rename_account, set_time_zone
from lodose.server.accounts.models import Role, User
from lodose.server.accounts.openings import give_role, sends_mail
from lodose.server.records.models import Person


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth carries no types
    """User name and password; e-mail only where the server can use it, and only if wanted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sends_mail():
            self.fields.pop("email", None)

    def clean(self) -> dict[str, Any]:
        """Check what belongs together; without mail there is no address to check."""
        cleaned: dict[str, Any] = super().clean()
        cleaned.setdefault("email", "")
        return cleaned

    def save(self, request: HttpRequest) -> Any:
        """Open the account with the invitation's role, and a person's record."""
        with transaction.atomic():
            user: Any = super().save(request)
            give_role(request, user)
        return user


class SettingsForm(forms.Form):
    """What an account's owner chooses for themselves."""

    display_name = forms.CharField(
        label=_("Name"),
        max_length=80,
        required=False,
        help_text=_("As you want to be called here. Whoever you let in sees it."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser prefers")), *settings.LANGUAGES],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        kwargs.setdefault("initial", {"display_name": user.display_name, "language": user.language})
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        """Write the choices."""
        rename_account(
            self.user,
            display_name=self.cleaned_data["display_name"],
            language=self.cleaned_data["language"],
        )


def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in names]


class TimeZoneForm(forms.Form):
    """Where a person's days begin and end."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        help_text=_(
            "Your days begin and end by this clock. Check-ins that are already made keep their day."
        ),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person = person
        kwargs.setdefault("initial", {"time_zone": person.time_zone})
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        """Write the zone, if it is another one."""
        if self.cleaned_data["time_zone"] != self.person.time_zone:
            set_time_zone(self.person, self.cleaned_data["time_zone"])


class TokenForm(forms.Form):
    """A new personal token."""

    label = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("Your own words, so that you know it again: “export script”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the token may do.")},
    )
    days = forms.TypedChoiceField(
        label=_("How long does it work?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
        initial=90,
    )

    def __init__(self, *args: Any, choices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(choices.items())  # type: ignore[attr-defined]


class InvitationForm(forms.Form):
    """An administrator invites somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    note = forms.CharField(
        label=_("Note"),
        max_length=80,
        required=False,
        help_text=_("For yourself: whom the link is for. No health data here."),
    )
