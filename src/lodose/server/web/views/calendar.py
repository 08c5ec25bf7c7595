"""The private calendar feed."""

from django.urls import URLPattern

routes: list[URLPattern] = []
