"""Small helpers for the template parts in ``templates/parts``."""

from django import template

register = template.Library()


@register.simple_tag
def rating_steps(minimum: int, maximum: int, step: int = 1) -> list[str]:
    """Values of a rating from ``minimum`` to ``maximum``, both included, as the form sends them.

    Raises
    ------
    ValueError
        If ``step`` is below one or ``maximum`` is below ``minimum``.
    """
    if int(step or 1) < 1 or int(maximum) < int(minimum):
        raise ValueError(
            f"rating from {minimum} to {maximum} by {step}: give a step of at least 1 and a "
            "maximum that is not below the minimum"
        )
    return [str(value) for value in range(int(minimum), int(maximum) + 1, int(step or 1))]
