"""A verdict as a small piece of HTML for notebooks."""

from html import escape

from lodose.language import SOURCE, current_language, translate
from lodose.verdict.result import Verdict


def as_html(verdict: Verdict) -> str:
    """Show the answer, its three lines and what is uncertain; every text is escaped."""
    said = verdict.wording
    label = escape(translate("Synthetic data"))
    synthetic = f"<p><em>{label}</em></p>" if verdict.protocol.synthetic else ""
    uncertain = "".join(f"<li>{escape(line)}</li>" for line in said.uncertain)
    doctor = "".join(f"<li>{escape(line)}</li>" for line in (*said.allowed_for, *said.doctor))
    ahead = translate(verdict.planning.words) if verdict.planning else ""
    lines = "".join(
        f"<p>{escape(line)}</p>"
        for line in (said.benefit, said.harm, said.not_told, ahead, said.next_step)
        if line
    )
    unsure, for_doctor = translate("What is uncertain"), translate("For your doctor")
    return (
        f'<section class="lodose-verdict"{_language()}>'
        f"<h3>{escape(verdict.protocol.question)}</h3>{synthetic}"
        f"<p><strong>{escape(said.answer)}</strong> ({escape(said.window)})</p>{lines}"
        f"<p>{escape(unsure)}</p><ul>{uncertain}</ul>"
        f"<details><summary>{escape(for_doctor)}</summary><ul>{doctor}</ul></details></section>"
    )


def _language() -> str:
    """Nothing in English, as it always was; a screen reader must know of any other."""
    spoken = current_language()
    return "" if spoken == SOURCE else f' lang="{spoken}"'
