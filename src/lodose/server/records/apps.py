"""The application as Django knows it."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What a person records, and what was decided about their treatment."""

    name = "lodose.server.records"
    label = "records"
