"""What the sign-in pages ask about the server and the account."""

from typing import Any

from django import template
from django.conf import settings

from lodose.server.accounts.lookups import lacks_second_factor
from lodose.server.accounts.models import User
from lodose.server.accounts.openings import may_open_account

register = template.Library()


@register.simple_tag
def backup_days() -> int:
    """After how many days backups are thrown away; 0 where nobody said."""
    days: int = settings.CONFIG.backup_days
    return days


@register.simple_tag(takes_context=True)
def may_sign_up(context: dict[str, Any]) -> bool:
    """Whether this visitor may open an account."""
    return may_open_account(context["request"])


@register.simple_tag(takes_context=True)
def must_set_up_factor(context: dict[str, Any]) -> bool:
    """Whether the account has to set up a second factor before anything else."""
    user = context["request"].user
    return isinstance(user, User) and lacks_second_factor(user)
