"""Links by which somebody joins."""

from django.urls import URLPattern

routes: list[URLPattern] = []
