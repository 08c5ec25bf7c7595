"""Calendar, corrections, laboratory, medicines, events, files."""

from django.urls import URLPattern

from lodose.server.web.views.diary import day, month

routes: list[URLPattern] = [
    *month.routes,
    *day.routes,
]
