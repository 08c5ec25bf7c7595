"""The application as Django knows it."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """Who may see a person's record, and what needs attention."""

    name = "lodose.server.care"
    label = "care"
