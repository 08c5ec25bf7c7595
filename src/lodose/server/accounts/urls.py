"""The pages of django-allauth that are used here; what is not listed is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.socialaccount import views as hospital
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, re_path

from lodose.server.accounts.openings import sends_mail

View = Callable[..., HttpResponse]


def _needs_mail(view: View) -> View:
    """Say whom to ask where the server sends no mail, instead of promising some."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sends_mail():
            return view(request, *args, **kwargs)
        return render(request, "web/account_no_mail.html", {"place": "account"})

    return inner


def _needs_hospital(view: View) -> View:
    """Be absent where no hospital's accounts are configured."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.CONFIG.oidc_server:
            raise Http404
        return view(request, *args, **kwargs)

    return inner


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", _needs_mail(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        _needs_mail(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("email/", _needs_mail(account.email), name="account_email"),
    path(
        "confirm-email/",
        _needs_mail(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("hospital/", _needs_hospital(hospital.connections), name="socialaccount_connections"),
    path("hospital/signup/", _needs_hospital(hospital.signup), name="socialaccount_signup"),
    path(
        "hospital/cancelled/",
        _needs_hospital(hospital.login_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path(
        "hospital/error/", _needs_hospital(hospital.login_error), name="socialaccount_login_error"
    ),
    path(
        "oidc/<slug:provider_id>/login/",
        _needs_hospital(openid_connect.login),
        name="openid_connect_login",
    ),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        _needs_hospital(openid_connect.callback),
        name="openid_connect_callback",
    ),
]
