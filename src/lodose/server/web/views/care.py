"""Who may see a record."""

from django.urls import URLPattern

routes: list[URLPattern] = []
