"""Find a part of a Markdown page by the hook above it: `<!-- test: options -->`.

A hook is a comment that readers do not see. Tests look for hooks instead of headings, column
titles or sentences, so a page can be reworded without touching a test.
"""

import re
from collections.abc import Iterator

_HOOK = re.compile(r"<!-- test: ([\w-]+) -->\s*")
_FENCED = re.compile(r" *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_END_OF_TEXT = re.compile(r"\n\s*(?:\n|- |\d+\. )")


def names(page: str) -> list[str]:
    """Return the names of all hooks of a page, in their order."""
    return _HOOK.findall(page)


def _after(page: str, name: str) -> Iterator[str]:
    """Yield the rest of the page after each hook of this name; there must be one at least."""
    found = [match.end() for match in _HOOK.finditer(page) if match[1] == name]
    assert found, f"no hook {name}"
    yield from (page[end:] for end in found)


def rows(page: str, name: str) -> list[list[str]]:
    """Return the cells of every row of the tables after these hooks, without their titles."""
    return [cells for rest in _after(page, name) for cells in _table(rest)]


def _table(rest: str) -> list[list[str]]:
    lines = rest.partition("\n\n")[0].splitlines()
    assert all(line.startswith("|") for line in lines), "a table follows its hook at once"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def text(page: str, name: str) -> str:
    """Return the paragraph or list item after a hook."""
    (rest,) = _after(page, name)
    return _END_OF_TEXT.split(rest, maxsplit=1)[0]


def block(page: str, name: str) -> str:
    """Return the code block after a hook."""
    (rest,) = _after(page, name)
    match = _FENCED.match(rest)
    assert match, f"a code block follows the hook {name} at once"
    return match[1]


def numbers(page: str, name: str) -> list[int]:
    """Return the whole numbers of the paragraph after a hook, in their order."""
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\b", text(page, name))]
