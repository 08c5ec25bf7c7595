"""The application as Django knows it."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """The verdict over a record, and its pictures."""

    name = "lodose.server.answers"
    label = "answers"
