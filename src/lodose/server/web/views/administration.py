"""Accounts of a clinic, for the administrator."""

from django.urls import URLPattern

routes: list[URLPattern] = []
