"""Calendar, corrections, laboratory, medicines, events, files."""

from django.urls import URLPattern

from lodose.server.web.views.diary import day, files, lists, month, upload

routes: list[URLPattern] = [
    *month.routes,
    *lists.routes,
    *files.routes,
    *upload.routes,
    *day.routes,  # last: any word behind diary/ may be meant as a day
]
