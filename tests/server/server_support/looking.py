"""What may be wrong with a page in a browser, whatever it says."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROWEST = 320
# A title stands in the history, in the list of open pages and on a shared screen.
TELLING = re.compile(
    r"naltrexone|\bldn\b|dose|opioid|pain|sleep|fatigue|side effect|withdrawal|placebo|quillwort",
    re.IGNORECASE,
)
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
DRAWN = "Promise.all([...document.images].map((each) => each.decode().catch(() => 0)))"
UNNAMED = """() => [...document.querySelectorAll(
    "input:not([type=hidden]):not([type=submit]), select, textarea")]
  .filter((each) => !(each.labels && each.labels.length)
    && !each.getAttribute("aria-label") && !each.getAttribute("aria-labelledby"))
  .map((each) => each.outerHTML.slice(0, 120))"""


class Watch:
    """What a browser complains of, and whom it asks, until it is read."""

    def __init__(self, page: Page, home: str) -> None:
        self.said: list[str] = []
        self.home = home
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        # A status of 4xx that a page means is no fault of the page.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.said.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.said.append(f"asks another host: {request.url}")

    def read(self) -> list[str]:
        """Return what was said since the last time."""
        said, self.said = self.said, []
        return said


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page that is open, with everything opened that can be."""
    page.evaluate(OPEN_ALL)
    faults = []
    headings = page.locator("h1").count()
    if headings != 1:
        faults.append(f"{headings} headings of the first rank")
    if not page.title().strip() or TELLING.search(page.title()):
        faults.append(f"title: {page.title()!r}")
    faults += [f"no label: {each}" for each in page.evaluate(UNNAMED)]
    options: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"]}
    for each in Axe().run(page, options=options).response["violations"]:
        faults.append(f"axe {each['id']}: {each['nodes'][0]['html'][:160]}")
    return faults + sideways(page)


def sideways(page: Page) -> list[str]:
    """Whether the narrowest phone has to scroll to the side; the page's own size comes back."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    if page.locator("picture").count():
        # Another width asks for another picture. Left at once, the page would ask for the next one
        # beside it, and tests in memory have one connection for both.
        page.wait_for_timeout(300)
        page.evaluate(DRAWN)
    return [f"{width} px wide at {NARROWEST}"] if width > NARROWEST else []
