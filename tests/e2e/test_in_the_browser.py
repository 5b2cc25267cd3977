"""A person at the sandbox's page, in real Chromium, with the whole program behind it."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from bench.picture import CHROMIUM, FLAGS
from tests.e2e.conftest import Office, rows

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium: apt-get install chromium"),
]


@pytest.fixture
async def page(office: Office) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(15_000)
        await page.goto(office.server.url)
        await page.wait_for_selector('[data-ready="true"]')
        yield page
        await browser.close()


async def type_command(page: Page, words: str) -> None:
    await page.locator("#composer textarea").fill(words)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


async def test_the_command_shows_progress_then_the_report_and_accept_stays_on_the_card(
    page: Page, office: Office
) -> None:
    await type_command(page, "/investigate INC-123 budget=10")

    thread = page.locator("#thread")
    await expect(page.locator("#timeline")).to_contain_text("INC-123")
    await expect(thread).to_contain_text("Likely:", timeout=30_000)
    await expect(page.locator("#timeline")).to_contain_text("Done in")
    await expect(page.locator("#timeline .edited").first).to_be_visible()
    await expect(thread.locator("img").last).to_be_visible()
    await thread.get_by_role("button", name="Accept").click()

    await expect(thread).to_contain_text(re.compile("accepted.*ana", re.IGNORECASE))
    await expect(thread.get_by_role("button", name="Accept")).to_have_count(0)
    with rows(office.database) as db:
        assert [tuple(row) for row in db.execute("select verdict from decisions")] == [("accepted",)]


async def test_somebody_else_rejects_and_says_why(page: Page, office: Office) -> None:
    await type_command(page, "/investigate INC-125 budget=10")
    await expect(page.locator("#thread")).to_contain_text("Likely:", timeout=30_000)
    await page.locator('[data-user="ben"]').click()
    await page.locator("#thread").get_by_role("button", name="Reject").click()

    form = page.get_by_role("dialog")
    await form.locator("textarea").fill("that release was never live in eu-1")
    await form.get_by_role("button", name="Reject").click()

    await expect(page.locator("#thread")).to_contain_text(re.compile("rejected.*ben", re.IGNORECASE))
    with rows(office.database) as db:
        [(verdict, reason)] = [tuple(row) for row in db.execute("select verdict, reason from decisions")]
    assert (verdict, reason) == ("rejected", "that release was never live in eu-1")


async def test_the_form_names_the_field_that_is_wrong_and_then_starts_the_run(page: Page, office: Office) -> None:
    await type_command(page, "/investigate new")
    form = page.get_by_role("dialog")
    await form.get_by_label("Incident").fill("INC-127")
    await form.get_by_label("Budget").fill("-5")
    await form.get_by_role("button", name="Start").click()
    await expect(form).to_contain_text("more than $0")

    await form.get_by_label("Budget").fill("5")
    await form.get_by_role("button", name="Start").click()
    await expect(page.locator("#thread")).to_contain_text("Likely:", timeout=30_000)
    with rows(office.database) as db:
        assert [tuple(row) for row in db.execute("select incident_id, budget_nano from investigations")] == [
            ("INC-127", 5_000_000_000)
        ]
