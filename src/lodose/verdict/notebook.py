"""A verdict as a small piece of HTML for notebooks."""

from html import escape

from lodose.verdict.result import Verdict


def as_html(verdict: Verdict) -> str:
    """Show the answer, its three lines and what is uncertain; every text is escaped."""
    said = verdict.wording
    synthetic = "<p><em>Synthetic data</em></p>" if verdict.protocol.synthetic else ""
    uncertain = "".join(f"<li>{escape(line)}</li>" for line in said.uncertain)
    doctor = "".join(f"<li>{escape(line)}</li>" for line in (*said.allowed_for, *said.doctor))
    ahead = verdict.planning.words if verdict.planning else ""
    lines = "".join(
        f"<p>{escape(line)}</p>"
        for line in (said.benefit, said.harm, said.not_told, ahead, said.next_step)
        if line
    )
    return (
        f'<section class="lodose-verdict"><h3>{escape(verdict.protocol.question)}</h3>{synthetic}'
        f"<p><strong>{escape(said.answer)}</strong> ({escape(said.window)})</p>{lines}"
        f"<p>What is uncertain</p><ul>{uncertain}</ul>"
        f"<details><summary>For your doctor</summary><ul>{doctor}</ul></details></section>"
    )
