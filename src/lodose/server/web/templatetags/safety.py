"""What speaks against the treatment, on the next page that its person opens."""

from typing import Any

from django import template

from lodose.server.access import own_person
from lodose.server.records.screening import open_contraindications

register = template.Library()


@register.inclusion_tag("web/screening_notice.html")
def safety_notice(user: Any) -> dict[str, Any]:
    """Show the contraindications that came up, in the person's words; nothing where none did.

    Parameters
    ----------
    user : User
        A person who is signed in; a device that may only check in is not told.
    """
    return {"stops": open_contraindications(own_person(user))}
