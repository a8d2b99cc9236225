"""Every link has a target, and every page or file that a text names exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs import pages
from tests.support import doc_hooks

_INDEX = "docs/README.md"
_LINKING = (
    "*.md",
    "docs/**/*.md",
    "deploy/**/README*",
    "grafana/**/README*",
    "tests/**/README*",
)
_NAMING = ("api", "deploy", "exporter", "grafana", "tests")
_TESTS = pages.ROOT / "tests"
_OTHERS = {"node_modules", "__pycache__"}
"""Folders that programs fill."""

_CODE = re.compile(r"`((?:api|exporter|grafana|tests)/[\w./-]*)`")
_PAGE = re.compile(r"(?<![\w/.])docs/[\w/-]+\.md\b")


def _linking() -> list[str]:
    """Return every text with links, by its path in the repository."""
    found = {path for pattern in _LINKING for path in pages.ROOT.glob(pattern)}
    ours = (path.relative_to(pages.ROOT) for path in found if not {*path.parts} & _OTHERS)
    return sorted(str(path) for path in ours)


def _inner(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the file and the fragment of every link of a page that stays in the repository."""
    here = pages.ROOT / name
    for link in pages.links(pages.read(name)):
        parts = urlsplit(link)
        if not parts.scheme:
            target = (here.parent / parts.path).resolve() if parts.path else here
            yield target, parts.fragment


def test_links_are_looked_for_in_every_page() -> None:
    assert {*pages.PAGES, "SECURITY.md", "CHANGELOG.md"} <= {*_linking()}


@pytest.mark.parametrize("name", _linking())
def test_every_link_leads_to_a_file_and_a_heading_in_it(name: str) -> None:
    for target, fragment in _inner(name):
        assert target.is_relative_to(pages.ROOT), target
        assert target.exists(), target
        if fragment:
            assert fragment in pages.anchors(target.read_text(encoding="utf-8")), (target, fragment)


def test_every_page_is_in_the_index() -> None:
    indexed = {str(target.relative_to(pages.ROOT)) for target, _ in _inner(_INDEX)}
    assert {*pages.PAGES} - {"README.md", _INDEX} - indexed == set()


def test_every_hook_of_a_page_is_used_by_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in _TESTS.rglob("test_*.py"))
    tests += (_TESTS / "docs" / "metrics.py").read_text(encoding="utf-8")
    hooks = {hook for name in _linking() for hook in doc_hooks.names(pages.read(name))}
    assert hooks
    assert [hook for hook in hooks if f'"{hook}"' not in tests] == []


def test_the_readme_is_short() -> None:
    assert 6000 <= len(pages.read("README.md").encode()) <= 8192


def _naming() -> Iterator[str]:
    """Yield what each text of ours holds that may name a page in a comment or a message."""
    for folder in _NAMING:
        for path in (pages.ROOT / folder).rglob("*"):
            if path.is_file() and not {*path.parts} & _OTHERS:
                yield path.read_bytes().decode(errors="replace")


def test_every_page_that_a_text_names_exists() -> None:
    named = {name for text in _naming() for name in _PAGE.findall(text)}
    assert named - {*pages.PAGES} == set()


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_file_of_the_code_that_a_page_names_exists(name: str) -> None:
    for file in _CODE.findall(pages.read(name)):
        assert (pages.ROOT / file).exists(), file
