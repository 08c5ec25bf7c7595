"""The controls of the page on receptors: figures follow them, with script and without."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lodose.server.accounts.models import Role
from server_support.looking import DESKTOP
from server_support.people import make_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("with_script", [True, False])
def test_the_figures_follow_the_controls(
    open_page: Callable[..., Page], sign_in: Callable[[Page, Any], None], *, with_script: bool
) -> None:
    page = open_page(DESKTOP, java_script_enabled=with_script)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Policy" in said.text else None)
    sign_in(page, make_account(Role.PRESCRIBER))
    page.goto("/receptors/prescriber/")
    figures = page.locator("#figures")
    expect(figures).to_contain_text("As typed: 4.5 mg")

    def change(field: str, typed: str) -> None:
        page.locator(f"#id_{field}").fill(typed)
        page.keyboard.press("Tab")
        if not with_script:
            page.get_by_role("button", name="Work it out").click()

    change("dose", "3 mg")
    expect(figures).to_contain_text("As typed: 3 mg")
    change("dose", "45 mg")
    expect(figures).to_contain_text("Is 45 mg meant, or 4.5 mg?")
    expect(figures.locator("svg[role=img]")).to_have_count(0)
    figures.get_by_role("link", name="4.5 mg", exact=True).click()
    expect(figures).to_contain_text("As typed: 4.5 mg")
    expect(page.locator("#id_dose")).to_have_value("4.5 mg")
    change("surgery_days", "4")
    expect(figures).to_contain_text("If the operation is 4 days after the last dose")
    expect(figures.locator("svg[role=img]")).to_have_count(2)
    # With script the page itself stays; without it the question is in the address.
    assert ("surgery_days=4" in page.url) is not with_script
    assert refused == []
