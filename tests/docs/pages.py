"""The documentation pages, as the tests read them: code, sections and links."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

PAGES = (
    "README.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)
"""The README and every page in docs, by their paths in the repository."""

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """A block of code and the language that its fence names."""

    language: str
    text: str


def read(name: str) -> str:
    """Return a page by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: str, *languages: str) -> list[Block]:
    """Return the blocks of code in these languages, in their order."""
    found = (Block(match["language"], match["text"]) for match in _FENCE.finditer(page))
    return [block for block in found if block.language in languages]


def code(text: str) -> list[str]:
    """Return what is between backticks in running text."""
    return re.findall(r"`([^`]+)`", _FENCE.sub("", text))


def sections(page: str) -> dict[str, str]:
    """Return the text below each heading of the second level."""
    found = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def anchor(heading: str) -> str:
    """Return the fragment that a forge gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def anchors(page: str) -> set[str]:
    """Return the fragments of all headings; of two that are alike the later one is numbered."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", _FENCE.sub("", page), re.MULTILINE):
        name, number = anchor(heading), 0
        while (fragment := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(fragment)
    return found


def links(page: str) -> list[str]:
    """Return the targets of the links and pictures of a page."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", _FENCE.sub("", page)))


def command_lines(page: str, program: str) -> list[str]:
    """Return every command line of a page that calls a program, its continuation lines joined."""
    shown = "".join(block.text for block in blocks(page, "bash")).replace("\\\n", "")
    return [line for line in shown.splitlines() if line.startswith(f"{program} ")]
