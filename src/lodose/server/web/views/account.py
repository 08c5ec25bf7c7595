"""Settings of an account: name, security, devices, tokens, and where everything else is."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lodose.server.access import own_person
from lodose.server.accounts.actions import make_token, revoke_device, revoke_token
from lodose.server.accounts.forms import SettingsForm, TimeZoneForm, TokenForm
from lodose.server.accounts.guards import signed_in_anew
from lodose.server.accounts.lookups import devices_of, tokens_of
from lodose.server.accounts.models import Role, User
from lodose.server.accounts.openings import sends_mail
from lodose.server.accounts.scopes import scopes_of
from lodose.server.audit.history import LOOKS, events_of
from lodose.server.audit.words import say
from lodose.server.web.evidence import own_condition

PAGE = 30


def _user(request: HttpRequest) -> User:
    """Return who is signed in; the pages here are behind ``login_required``."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
def more(request: HttpRequest) -> HttpResponse:
    """Everything of a person that is not daily."""
    person = own_person(request.user)
    context = {"place": "more", "condition": own_condition(person)}
    return render(request, "web/more.html", context)


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Where an account's owner finds name, password, factors, sessions, devices, tokens."""
    user = _user(request)
    context = {
        "place": "account",
        "sends_mail": sends_mail(),
        "hospital": settings.CONFIG.oidc_name if settings.CONFIG.oidc_server else "",
        "may_make_tokens": bool(scopes_of(user.role)),
    }
    return render(request, "web/account.html", context)


@login_required
def own_settings(request: HttpRequest) -> HttpResponse:
    """Name and language; for a person the time zone too."""
    user = _user(request)
    person = own_person(user) if user.role == Role.PERSON else None
    data = request.POST if request.method == "POST" else None
    forms: list[SettingsForm | TimeZoneForm] = [SettingsForm(data, user=user)]
    if person is not None:
        forms.append(TimeZoneForm(data, person=person))
    # Every form is looked at, so that all that is wrong is said at once.
    if data is not None and not [form for form in forms if not form.is_valid()]:
        for form in forms:
            form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("web:settings")
    context = {"place": "account", "forms": forms}
    return render(request, "web/account_settings.html", context, status=422 if data else 200)


@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """The browsers that may check in without signing in."""
    user = own_person(request.user).user
    page = Paginator(devices_of(user), PAGE).get_page(request.GET.get("page"))
    return render(request, "web/account_devices.html", {"place": "account", "page": page})


@login_required
@require_POST
def end_device(request: HttpRequest, device: uuid.UUID) -> HttpResponse:
    """End a device's trust."""
    if not revoke_device(own_person(request.user).user, device):
        raise Http404
    messages.success(request, _("That device can no longer check in without signing in."))
    return redirect("web:devices")


@login_required
@signed_in_anew
def tokens(request: HttpRequest) -> HttpResponse:
    """Personal tokens for programs: those that work, and a form for a new one."""
    user = _user(request)
    choices = scopes_of(user.role)
    if not choices:
        raise Http404
    form = TokenForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        secret = make_token(user, given["label"], given["scopes"], days=given["days"])
        context = {"place": "account", "secret": secret, "label": given["label"]}
        # Shown in the answer to the form itself: it is nowhere to be fetched again.
        return render(request, "web/account_token_made.html", context)
    page = Paginator(tokens_of(user), PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "account",
        "form": form,
        "page": page,
        "tokens": [
            (token, [choices[name] for name in token.scopes if name in choices]) for token in page
        ],
    }
    return render(request, "web/account_tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end_token(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """End a token."""
    if not revoke_token(_user(request), token):
        raise Http404
    messages.success(request, _("That token no longer works."))
    return redirect("web:tokens")


@login_required
def history(request: HttpRequest) -> HttpResponse:
    """Who looked when, and what was changed: the person's own chain in plain words."""
    person = own_person(request.user)
    looks = request.GET.get("only") == LOOKS
    events = events_of(person.chain_id, only_looks=looks)
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    context = {
        "place": "more",
        "page": page,
        "lines": [(event.at, say(event)) for event in page],
        "query": f"only={LOOKS}" if looks else "",
        "looks": looks,
        "time_zone": person.time_zone,
    }
    return render(request, "web/account_history.html", context)


routes: list[URLPattern] = [
    path("more/", more, name="more"),
    path("account/", account, name="account"),
    path("account/settings/", own_settings, name="settings"),
    path("account/devices/", devices, name="devices"),
    path("account/devices/<uuid:device>/end/", end_device, name="end-device"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/<uuid:token>/end/", end_token, name="end-token"),
    path("account/history/", history, name="history"),
]
