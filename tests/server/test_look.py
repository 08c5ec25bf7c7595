"""The look: contrast by computation, nothing inline, vendored files unchanged."""

import hashlib
import re
from pathlib import Path

import pytest

import lodose
from lodose.server.web.templatetags.look import rating_steps

WEB = Path(lodose.__file__).parent / "server" / "web"
STYLE = (WEB / "static" / "web" / "style.css").read_text(encoding="utf-8")
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

GROUNDS = ("paper", "surface", "sunken", "accent-soft")
TEXT = [(ink, ground) for ink in ("ink", "muted", "accent") for ground in GROUNDS]
KINDS = ("danger", "caution", "good")
TEXT += [(ink, f"{kind}-soft") for ink in ("ink", "muted") for kind in KINDS]
TEXT += [(kind, ground) for kind in KINDS for ground in ("paper", "surface", f"{kind}-soft")]
TEXT += [("on-accent", "accent"), ("on-accent", "accent-strong")]
TEXT += [("on-danger", "danger"), ("on-danger", "danger-strong")]
CONTROLS = [
    (edge, ground)
    for edge in ("control", "accent", "danger", "focus", "chart-1", "chart-2")
    for ground in ("paper", "surface", "sunken")
]


def tokens(scheme: str) -> dict[str, str]:
    """Colours of a scheme: the dark one replaces some of the light one's."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_are_distinct_enough(scheme: str) -> None:
    colours = tokens(scheme)
    weak = [
        f"{front} on {back}: {contrast(colours[front], colours[back]):.2f} < {least}"
        for least, pairs in ((4.5, TEXT), (3.0, CONTROLS))
        for front, back in pairs
        if contrast(colours[front], colours[back]) < least
    ]
    assert weak == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_templates_carry_nothing_that_the_content_policy_blocks(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"""\s(style|on[a-z]+)\s*=\s*["']""", text)
    assert "<style" not in text
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or "application/json" in attributes
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)


def test_stylesheet_asks_no_other_host() -> None:
    assert "@import" not in STYLE
    assert "url(" not in STYLE


def test_vendored_files_are_unchanged() -> None:
    listed = (WEB / "static" / "web" / "vendored.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", listed, re.MULTILINE)
    assert rows
    for name, expected in rows:
        assert hashlib.sha256((WEB / "static" / "web" / name).read_bytes()).hexdigest() == expected


def test_rating_steps_include_both_ends_and_refuse_nonsense() -> None:
    assert rating_steps(0, 10) == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]
    assert rating_steps(0, 100, 50) == ["0", "50", "100"]
    with pytest.raises(ValueError, match="rating from 5 to 1 by 1"):
        rating_steps(5, 1)
    with pytest.raises(ValueError, match="rating from 0 to 10 by -1"):
        rating_steps(0, 10, -1)
