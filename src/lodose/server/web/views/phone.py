"""What makes the pages installable, usable without network, and a phone trusted."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

import lodose
from lodose.server.access import own_person
from lodose.server.accounts.actions import revoke_device, trust_device
from lodose.server.accounts.devices import account_key, device_of, forget_device, remember_device
from lodose.server.web.context import site_name
from lodose.server.web.views.today import caller_of

SHELL = ("style.css", "queue.js", "app.js", "icons.svg", "icon.svg")


def manifest(request: HttpRequest) -> JsonResponse:
    """How the pages look on a home screen: a neutral name, a neutral icon."""
    icons = [
        {"src": static("web/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("web/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("web/icon-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    start = reverse("web:today")
    content = {
        "id": start,
        "name": site_name(),
        "short_name": site_name(),
        "lang": get_language(),
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf6ef",
        "theme_color": "#fffefb",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that keeps look, scripts and red flags: at the root, so that it serves all."""
    files = [static(f"web/{name}") for name in SHELL]
    pages = {
        "RED_FLAGS": reverse("web:red-flags"),
        "OFFLINE": reverse("web:offline"),
        "NO_CONNECTION": reverse("web:no-connection"),
    }
    script = _worker_source()
    # A changed file, page, setting, language or release makes a new worker; the old cache goes.
    language = get_language()
    seed = json.dumps([files, script, lodose.__version__, settings.EMERGENCY_NUMBER, language])
    constants = {
        "VERSION": hashlib.sha256(seed.encode()).hexdigest()[:12],
        "FILES": files,
        "PAGES": list(pages.values()),
        "TODAY": reverse("web:today"),
        # The pages are fetched without cookies, so that the language has to be asked for.
        "LANGUAGE": language,
        **pages,
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    return HttpResponse(
        head + script, content_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


def _worker_source() -> str:
    found = finders.find("web/worker.js")
    if not isinstance(found, str):
        raise FileNotFoundError("web/worker.js")
    return Path(found).read_text("utf-8")


def offline(request: HttpRequest) -> HttpResponse:
    """The empty page that a phone shows without network; the script puts the form into it."""
    return render(request, "web/offline.html", {"place": "today"})


def no_connection(request: HttpRequest) -> HttpResponse:
    """What a phone shows without network in place of any other page: it names none of them."""
    return render(request, "web/no_connection.html")


def token(request: HttpRequest) -> JsonResponse:
    """What a phone needs to send what it kept: who it may send for, and the form's token."""
    caller = caller_of(request)
    if caller is None:
        return JsonResponse({"sign_in": reverse("account_login")}, status=401)
    return JsonResponse({"token": get_token(request), "account": account_key(caller.person.user)})


@login_required
@require_POST
def trust(request: HttpRequest) -> HttpResponse:
    """Let this browser check in without signing in, until its days are over or it is revoked."""
    person = own_person(request.user)
    response = redirect("web:today")
    if device_of(request) is None:
        remember_device(response, trust_device(person.user, _label(request)))
    return response


def _label(request: HttpRequest) -> str:
    """Name the browser as its owner would, from what it says of itself."""
    agent = request.headers.get("User-Agent", "")
    for sign, label in (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ):
        if sign in agent:
            return label
    return _("Browser")


@require_POST
def distrust(request: HttpRequest) -> HttpResponse:
    """End this browser's trust; it may ask for that itself."""
    device = device_of(request)
    if device is not None:
        revoke_device(device.user, device.pk)
    response = redirect("web:today")
    forget_device(response)
    return response


routes: list[URLPattern] = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service-worker"),
    path("today/offline/", offline, name="offline"),
    path("no-connection/", no_connection, name="no-connection"),
    path("today/token/", token, name="token"),
    path("today/device/", trust, name="trust-device"),
    path("today/device/end/", distrust, name="distrust-device"),
]
