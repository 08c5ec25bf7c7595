"""What makes the pages installable and usable without network."""

from django.urls import URLPattern

routes: list[URLPattern] = []
