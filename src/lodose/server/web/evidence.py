"""The public pages about what is known: the same for everybody, so written once per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lodose.evidence import Evidence, read_evidence
from lodose.evidence.chances import Chances, Share, chances, icon_array, share_sentence
from lodose.evidence.pages import (
    ClaimPage,
    ConditionPage,
    ListedCondition,
    ShownStudy,
    claim_page,
    condition_page,
    listed_conditions,
    sources_of,
)
from lodose.evidence.pools import ShownPool
from lodose.language import nearest, speaking
from lodose.server.records.brief import written_by
from lodose.server.records.models import Person

_PICTURES = (340, 720)
_GROUPS: Mapping[str, str] = {
    "controlled": gettext_noop("Trials in which chance decided who took what"),
    "summaries": gettext_noop("Reviews, and studies put together by others"),
    "others": gettext_noop("Without a group that chance decided"),
    "under way": gettext_noop("Planned or under way"),
}
# How one person would find out; what is known of each claim stands in the evidence room.
YOURSELF = {
    "side-effects": gettext_lazy(
        "Tick side effects every day, on and off the treatment alike. Keep the diary going for two "
        "weeks after the last dose."
    ),
    "inflammation": gettext_lazy(
        "Have CRP or another value measured at the end of each period, by the same laboratory, and "
        "enter it: one value swings by itself, several on each side tell more."
    ),
    "pain": gettext_lazy(
        "Rate your pain every day through several periods with and without the treatment. Let "
        "chance decide their order; best is not to know which is which."
    ),
    "autoimmune": gettext_lazy(
        "Keep your other medicines as they are, and write down every change of them. Enter the "
        "antibody values or disease scores that your clinic measures anyway."
    ),
    "dependence": gettext_lazy(
        "Write down every change of the dose and go on with the diary: an effect that wears off "
        "shows as a shrinking difference between the periods."
    ),
    "doctor": gettext_lazy(
        "Ask about every opioid (tramadol and cough medicines too), planned surgery, your liver, "
        "pregnancy, low mood and your other medicines. Agree beforehand on one measure and on a "
        "day to decide. Talk with your prescriber, who decides."
    ),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart drawn for a phone and for a desk."""

    narrow: SafeString
    wide: SafeString


@dataclass(frozen=True, slots=True)
class DrawnPool:
    """Trials put together, with what is drawn of them."""

    pool: ShownPool
    forest: Picture
    funnel: Picture | None


@dataclass(frozen=True, slots=True)
class DrawnShare:
    """People in 100, as icons and in a row of the table."""

    title: str
    share: Share
    icons: SafeString
    words: str


def claims() -> list[ClaimPage]:
    """Return the six claims in the reader's language, as they stand in the evidence room."""
    return list(_claims(_language()))


def evidence_claim(name: str) -> ClaimPage | None:
    """Return a claim, None where there is none of that name."""
    return next((one for one in claims() if one.id == name), None)


def evidence_condition(name: str) -> ConditionPage | None:
    """Return a condition, None where there is none of that name."""
    return _condition(name, _language()) if name in read_evidence().conditions else None


def own_condition(person: Person) -> ConditionPage | None:
    """Return what is known of the illness that a person named for the brief, if they did."""
    named = written_by(person).condition
    return evidence_condition(named) if named else None


def conditions_listed() -> list[ListedCondition]:
    """Return all conditions in the reader's language."""
    with speaking(_language()):
        return listed_conditions(read_evidence())


def evidence_chances(name: str) -> Chances | None:
    """Return how many improved, None where no trial counted that."""
    if read_evidence().condition(name).chances is None:
        return None
    with speaking(_language()):
        return chances(read_evidence(), name)


def written_claims() -> SafeString:
    """Return the six claims as the front page has them."""
    return _written("front_claims", "", _language())


def written_list() -> SafeString:
    """Return the list of claims and conditions as HTML."""
    return _written("evidence_list", "", _language())


def written_claim(name: str) -> SafeString:
    """Return the page of a claim that is known."""
    return _written("evidence_claim", name, _language())


def written_condition(name: str) -> SafeString:
    """Return the page of a condition that is known."""
    return _written("evidence_condition", name, _language())


def _language() -> str:
    return nearest(translation.get_language() or "en")


@lru_cache(maxsize=16)
def _claims(language: str) -> tuple[ClaimPage, ...]:
    evidence = read_evidence()
    with speaking(language):
        return tuple(claim_page(evidence, one) for one in evidence.claims)


@lru_cache(maxsize=256)
def _condition(name: str, language: str) -> ConditionPage:
    with speaking(language):
        return condition_page(read_evidence(), name)


@lru_cache(maxsize=512)
def _written(template: str, name: str, language: str) -> SafeString:
    """Write a page's content; only names that are known come here, so it stays small."""
    with translation.override(language), speaking(language):
        context = _CONTENT[template](read_evidence(), name)
        return render_to_string(f"web/{template}_content.html", context)


def _of_list(evidence: Evidence, _name: str) -> dict[str, Any]:
    listed = listed_conditions(evidence)
    groups = {
        group: [one for one in listed if one.group == group]
        for group in ("controlled", "uncontrolled", "topic")
    }
    return {"claims": claims(), "groups": groups}


def _of_front(_evidence: Evidence, _name: str) -> dict[str, Any]:
    return {"claims": [{"claim": one, "yourself": YOURSELF[one.id]} for one in claims()]}


def _of_claim(_evidence: Evidence, name: str) -> dict[str, Any]:
    return {"claim": evidence_claim(name), "yourself": YOURSELF[name]}


def _of_condition(evidence: Evidence, name: str) -> dict[str, Any]:
    page = _condition(name, _language())
    return {
        "page": page,
        "pools": [_drawn(pool) for pool in page.pools],
        "chances": _chances(evidence, name) if page.has_chances else None,
        "harms": [one for study in page.studies for one in study.figures if one.harm],
        "doubts": [one for study in page.studies for one in study.figures if one.doubt],
        "groups": _grouped(page.studies),
    }


def _grouped(studies: tuple[ShownStudy, ...]) -> list[dict[str, Any]]:
    groups = [
        {"title": _(title), "studies": [one for one in studies if one.group == group]}
        for group, title in _GROUPS.items()
    ]
    return [one for one in groups if one["studies"]]


def _drawn(pool: ShownPool) -> DrawnPool:
    # Altair takes a second to load: only the first reader of a pool waits for it.
    from lodose.evidence.charts import forest_chart, funnel_chart
    from lodose.report import svg

    def picture(chart: Any) -> Picture:
        # Drawn by this server from records of the source; nothing in it comes from a form.
        narrow, wide = (svg(chart(pool, width=width), width) for width in _PICTURES)
        return Picture(mark_safe(narrow), mark_safe(wide))  # noqa: S308

    return DrawnPool(pool, picture(forest_chart), picture(funnel_chart) if pool.funnel else None)


def _chances(evidence: Evidence, name: str) -> dict[str, Any]:
    found = chances(evidence, name)
    shares = (
        (_("On it"), found.active, False),
        (_("On placebo, in the same trial"), found.placebo, True),
        (_("On placebo, in trials of other medicines"), found.other_placebo, True),
    )
    return {
        "found": found,
        "shares": [_drawn_share(*one) for one in shares],
        "sources": sources_of(evidence, (f"condition {name}", "chances")),
    }


def _drawn_share(title: str, share: Share, on_placebo: bool) -> DrawnShare:
    words = share_sentence(share, on_placebo=on_placebo)
    icons = icon_array(share, label=words)
    return DrawnShare(title, share, mark_safe(icons), words)  # noqa: S308  drawn here


_CONTENT = {
    "front_claims": _of_front,
    "evidence_list": _of_list,
    "evidence_claim": _of_claim,
    "evidence_condition": _of_condition,
}
