"""The application as Django knows it."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Serve, check, back up, restore, demonstrate."""

    name = "lodose.server.operations"
    label = "operations"
