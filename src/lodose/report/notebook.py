"""A verdict as a small piece of HTML for a notebook: no script, no style that leaks."""

from html import escape

from lodose.language import current_language, translate
from lodose.report import content, method
from lodose.report.words import clean
from lodose.verdict.result import Verdict


def notebook_html(verdict: Verdict) -> str:
    """Show a verdict in a notebook.

    Parameters
    ----------
    verdict : Verdict
        What to show.

    Returns
    -------
    str
        One ``<section>`` with the question, the answer, the three lines, the table of readings
        and the hashes. Everything a person wrote is escaped.
    """
    wording = verdict.wording
    ahead = method.looking_ahead(verdict)
    lines = (
        *content.three_lines(verdict),
        *(((translate("Looking ahead"), ahead),) if ahead else ()),
        (translate("Next step"), wording.next_step),
    )
    parts = [f'<section class="lodose-verdict" lang="{current_language()}">']
    if verdict.protocol.synthetic:
        parts.append(f"<p><strong>{escape(translate(content.SYNTHETIC))}</strong></p>")
    parts.append(f"<p>{_safe(verdict.protocol.question)}</p>")
    headline = _safe(content.headline(verdict))
    parts.append(f"<p><strong>{_safe(wording.answer)}</strong> <em>({headline})</em></p>")
    if wording.window:
        parts.append(f"<p>{_safe(wording.window)}</p>")
    parts.append("<dl>")
    parts += [f"<dt>{_safe(name)}</dt><dd>{_safe(text)}</dd>" for name, text in lines]
    parts.append("</dl>")
    parts.append(_table(content.prior_table(verdict)))
    parts.append(_table(content.period_table(verdict)))
    made = "; ".join(f"{name}: {value}" for name, value in method.provenance(verdict))
    parts.append(f"<p><small>{_safe(made)}</small></p></section>")
    return "".join(parts)


def _table(table: content.Table) -> str:
    if not table.rows:
        return f"<p>{_safe(table.empty)}</p>"
    head = "".join(f'<th scope="col">{_safe(cell)}</th>' for cell in table.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return (
        f"<table><caption>{_safe(table.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _safe(text: str) -> str:
    return escape(clean(text))
