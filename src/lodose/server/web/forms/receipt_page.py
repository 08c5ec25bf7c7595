"""What a receipt reads back, in words."""

from dataclasses import dataclass

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from lodose.server.records.models import CheckIn
from lodose.server.records.plans import DayPlan
from lodose.server.records.question_words import words_of
from lodose.server.records.red_flags import RedFlag, red_flags
from lodose.server.records.side_effects import SEVERITY_WORDS, effect_label
from lodose.server.web.forms.check_in_page import amount


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as it was saved; "not recorded" where it was left open."""

    label: str
    text: str


def receipt_lines(check_in: CheckIn, plan: DayPlan) -> list[Line]:
    """Return every answer of a check-in in words; what was left open is said as well."""
    open_text = _("not recorded")
    lines = [
        Line(words_of(each).label, check_in.outcomes.get(each.name, open_text))
        for each in plan.outcomes
    ]
    lines.append(_dose_line(check_in, plan, open_text))
    effects = check_in.side_effects
    if effects is None:
        text = open_text
    elif not effects:
        text = _("none")
    else:
        text = "; ".join(
            _("%(effect)s, %(severity)s")
            % {"effect": effect_label(name), "severity": _(SEVERITY_WORDS[severity])}
            for name, severity in effects
        )
    lines.append(Line(_("Side effects"), text))
    lines += [Line(_("Red flag"), each.sign) for each in flags_of(check_in.red_flags)]
    if check_in.note:
        lines.append(Line(_("Note"), check_in.note))
    return lines


def _dose_line(check_in: CheckIn, plan: DayPlan, open_text: str) -> Line:
    if plan.sealed or check_in.kit:
        label = _("Kit %(kit)s") % {"kit": check_in.kit or plan.kit}
        if check_in.kit_taken is None:
            return Line(label, open_text)
        return Line(label, _("one capsule taken") if check_in.kit_taken else _("not taken"))
    dose = check_in.dose_micrograms
    if dose is None:
        return Line(_("Dose"), open_text)
    if dose == 0:
        return Line(_("Dose"), _("not taken"))
    text = amount(dose, plan.micrograms_per_millilitre)
    if check_in.dose_at:
        text = _("%(amount)s at %(time)s") % {
            "amount": text,
            "time": time_format(check_in.dose_at, "TIME_FORMAT"),
        }
    return Line(_("Dose"), text)


def flags_of(ids: list[str] | tuple[str, ...]) -> list[RedFlag]:
    """Return the red flags that an entry names, in the order of the list."""
    return [each for each in red_flags() if each.id in ids]
