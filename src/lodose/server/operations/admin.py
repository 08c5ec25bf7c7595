"""Django's own admin, for administrators, where LODOSE_ADMIN_SITE switched it on.

It shows accounts, to be read, and no table with health data. Whoever registers one here decides
against the promise in SECURITY.md.
"""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.shortcuts import redirect

from lodose.server.accounts.models import Role, User


class OwnSite(AdminSite):
    """Open to administrators who signed in as everybody does, second factor and all."""

    site_header = site_title = "Accounts"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this visitor is an administrator."""
        user: Any = request.user
        return bool(user.is_active and user.is_authenticated and user.role == Role.ADMINISTRATOR)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the one sign-in: the admin's own asks for no second factor."""
        return redirect("web:home" if request.user.is_authenticated else "account_login")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to the one place where a password is changed."""
        return redirect("account_change_password")


class ReadAccounts(ModelAdmin):  # type: ignore[type-arg]  # generic for the checker only
    """Accounts without their e-mail addresses, nothing to change."""

    list_display = fields = ("username", "role", "is_active", "date_joined", "synthetic")
    list_filter = ("role", "is_active")
    search_fields = ("username",)
    ordering = ("-date_joined",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The site asked already."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The site asked already."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts are opened by invitation."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Changes belong to actions, which write their events."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a person deletes their record."""
        return False


site = OwnSite(name="admin")
site.register(User, ReadAccounts)
