"""The table of wording as a page of the documentation.

Run ``python -m lodose.verdict.wording > docs/wording.md`` after a change of ``wording.toml``.
"""

import sys

from lodose.verdict.result import Claim, Word
from lodose.verdict.table import answers, sentences

HEADINGS = {
    Claim.CAUSED_BY: "Randomised and blinded, the blinding held",
    Claim.BLINDING_LOST: "Randomised and blinded, but the guesses beat chance",
    Claim.RANDOMISED_OPEN: "Randomised, open",
    Claim.OPEN_ON_OFF: "Open, on and off",
    Claim.CHANGED_SINCE: "Before and after",
}
INTRODUCTION = """\
# What a verdict says

<!-- Made from src/lodose/verdict/wording.toml: change that, then run
     python -m lodose.verdict.wording > docs/wording.md -->

The word comes from the probabilities and the protocol's cuts ([verdict](verdict.md)); the design
bounds what may be said. Only a randomised and blinded trial whose blinding held says what the
treatment does. Every other design says what was seen, and that it cannot be told from
expectation. A before and after comparison never carries a word. In braces: what is filled in.
How old one has to be to read it, in English and German: [reading age](reading-age.md).
"""


def wording_page() -> str:
    """Return docs/wording.md."""
    lines = [INTRODUCTION]
    for claim in Claim:
        lines += [f"## {HEADINGS[claim]} (`{claim.value}`)", "", "| word | sentence |", "|---|---|"]
        lines += [
            f"| {word.value} | {_cell(answers()[word].get(claim, 'never said'))} |" for word in Word
        ]
        lines.append("")
    for section, rows in sentences().items():
        lines += [f"## {section}", "", "| name | sentence |", "|---|---|"]
        lines += [f"| {name} | {_cell(text)} |" for name, text in rows.items()]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write(wording_page())


if __name__ == "__main__":
    main()
