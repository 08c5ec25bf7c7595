"""The application as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who: accounts, roles, trusted devices, tokens, sign-in."""

    name = "lodose.server.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Begin to write security events."""
        from lodose.server.accounts.signals import connect

        connect()
