"""The application as Django knows it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The chain of events: what happened, provably, without saying it."""

    name = "lodose.server.audit"
    label = "audit"
