"""Numbers of the diary in words of the reader's language."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from lodose.server.records.entries import spelt

register = template.Library()


@register.filter
def plain(value: Decimal | float | str, decimals: int | None = None) -> str:
    """Write a number with no digit added, rounded where a number of decimals is given."""
    number = Decimal(str(value))
    if decimals is not None:
        number = round(number, decimals)
    return number_format(spelt(number), use_l10n=True)
