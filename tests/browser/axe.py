"""axe-core, which finds what people who do not see, or not well, could not use."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_SOURCE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ALIKE = ".jobs tr:nth-child(n + 41)"
"""Rows further down are made as those before, and two hundred would take a second each time."""

_IS_THERE = "typeof axe === 'object'"
_RUN = """([tags, alike]) => {
    document.querySelectorAll(alike).forEach(each => each.remove());
    return axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
}"""


def violations(page: Page) -> list[str]:
    """Return what is against WCAG 2.2 AA on a page as it stands, each with where.

    It takes rows away that are like others: what they leave to lay out takes most of the time.
    """
    assert _SOURCE.exists(), "axe-core is missing: npm ci in tests/browser, as tests/run does"
    if not page.evaluate(_IS_THERE):
        page.evaluate(_SOURCE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, [_TAGS, _ALIKE])["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
