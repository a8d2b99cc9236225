"""Text as man(7) wants it; the same bytes whatever Python writes them."""

import re
from collections.abc import Iterable

_SPECIAL = {
    "\\": "\\e",
    "-": "\\-",  # else it becomes a hyphen, and a flag that is copied from the page is none
    "'": "\\(aq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
}
_NO_HYPHENS = ".nh"
"""Groff hyphenates again after an example."""

_TERM = re.compile(r"(\S+) {2,}(.+)")


def escaped(text: str) -> str:
    """Return a text of one line that is shown as it is."""
    shown = "".join(_SPECIAL.get(each, each) for each in text)
    return f"\\&{shown}" if shown.startswith(".") else shown


def bold(text: str) -> str:
    """Return what is typed as it is."""
    return f"\\fB{escaped(text)}\\fR"


def italic(text: str) -> str:
    """Return what stands for something else."""
    return f"\\fI{escaped(text)}\\fR"


def section(title: str, lines: Iterable[str]) -> list[str]:
    """Return a section, and nothing where it is empty."""
    content = list(lines)
    return [f'.SH "{title}"', *_without_paragraph(content)] if content else []


def subsection(title: str, lines: Iterable[str]) -> list[str]:
    """Return a part of a section."""
    return [f'.SS "{escaped(title)}"', *_without_paragraph(list(lines))]


def _without_paragraph(content: list[str]) -> list[str]:
    """Return lines below a title, which begins a paragraph itself."""
    return content[1:] if content[:1] == [".PP"] else content


def entry(term: str, text: str) -> list[str]:
    """Return what is said of a term; the term is escaped already."""
    return [".TP", term, *_filled(text)]


def example(lines: Iterable[str]) -> list[str]:
    """Return lines that are shown as they are."""
    return [".PP", ".RS 4", ".EX", *(escaped(line) for line in lines), ".EE", ".RE", _NO_HYPHENS]


def explained(text: str) -> list[str]:
    """Return paragraphs: filled text, a list of terms, or lines as they are."""
    return [line for part in re.split(r"\n\s*\n", text.strip("\n")) for line in _paragraph(part)]


def _paragraph(text: str) -> list[str]:
    lines = text.splitlines()
    if _TERM.match(lines[0]) and any(line.startswith("  ") for line in lines):
        return _terms(lines)
    if not any(line.startswith("  ") for line in lines):
        return [".PP", *_filled(" ".join(lines))]
    spoken = next(number for number, line in enumerate(lines) if line.startswith("  "))
    before = [".PP", *_filled(" ".join(lines[:spoken]))] if spoken else []
    return [*before, *example(line.removeprefix("  ") for line in lines[spoken:])]


def _terms(lines: list[str]) -> list[str]:
    made: list[str] = []
    for line in lines:
        begun = _TERM.match(line)
        made += entry(bold(begun[1]), begun[2]) if begun else _filled(line)
    return made


def _filled(text: str) -> list[str]:
    """Return a text that is broken where it fits; the sources begin each sentence on a line."""
    sentences = re.split(r"(?<=[a-z)\"][.:;]) ", " ".join(text.split()))
    return [escaped(sentence) for sentence in sentences]
