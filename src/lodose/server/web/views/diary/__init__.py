"""Calendar, corrections, laboratory, medicines, events, files."""

from django.urls import URLPattern

from lodose.server.web.views.diary import month

routes: list[URLPattern] = [
    *month.routes,
]
