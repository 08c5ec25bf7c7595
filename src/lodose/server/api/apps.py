"""The application as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The same for programs, under /api/v1."""

    name = "lodose.server.api"
    label = "api"
