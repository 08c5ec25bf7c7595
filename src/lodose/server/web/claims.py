"""What is said of the treatment, what is known of it, and how a person would find out."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Claim:
    """One of the six claims; its texts are English sentences for the catalogue.

    Parameters
    ----------
    name : str
        Short name: "pain".
    claim : str
        What people say.
    short : str
        What is known of that in a line or two.
    known, unknown : str
        What studies found, with figures; what they leave open, or "".
    certainty : str
        How sure that is: the project's own judgement, never a published rating.
    yourself : str
        How one person would find out.
    sources : tuple of str
        Each with a DOI, PMID, registry number or label number.
    """

    name: str
    claim: str
    short: str
    known: str
    unknown: str
    certainty: str
    yourself: str
    sources: tuple[str, ...]

    def translated(self) -> "Claim":
        """Return the claim in the active language; citations stay as they are."""
        return Claim(
            name=self.name,
            claim=gettext(self.claim),
            short=gettext(self.short),
            known=gettext(self.known),
            unknown=gettext(self.unknown) if self.unknown else "",
            certainty=gettext(self.certainty),
            yourself=gettext(self.yourself),
            sources=self.sources,
        )


@cache
def read_claims() -> tuple[Claim, ...]:
    """Return the six claims in their order.

    Raises
    ------
    KeyError
        If a claim names a source that is not listed.
    """
    text = resources.files("lodose.server.web").joinpath("claims.toml").read_text("utf-8")
    table = tomllib.loads(text)
    sources = table["sources"]
    return tuple(
        Claim(**{**row, "sources": tuple(sources[name] for name in row["sources"])})
        for row in table["claims"]
    )
