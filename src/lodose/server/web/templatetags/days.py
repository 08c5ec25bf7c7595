"""Days as the report writes them, so that page and report never differ: 1 March 2026."""

from datetime import date, datetime

from django import template
from django.utils import translation

from lodose.language import full_date, nearest, short_date, speaking

register = template.Library()


@register.filter(expects_localtime=True)
def full_day(value: date | datetime | None) -> str:
    """``1 March 2026``, ``1. März 2026``."""
    if value is None:
        return ""
    with speaking(nearest(translation.get_language() or "en")):
        return full_date(value)


@register.filter(expects_localtime=True)
def short_day(value: date | datetime | None) -> str:
    """``1 Mar 2026``, ``01.03.2026``."""
    if value is None:
        return ""
    with speaking(nearest(translation.get_language() or "en")):
        return short_date(value)


@register.filter(expects_localtime=True)
def day_month(value: date | datetime | None) -> str:
    """``1 Mar``, ``1.3.``: where the year is plain."""
    if value is None:
        return ""
    with speaking(nearest(translation.get_language() or "en")):
        return short_date(value, year=False)
