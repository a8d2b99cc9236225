"""A tag is released only where version and changelog say the same."""

import re

import pytest

from tests.deploy.files import ROOT
from tests.support import doc_hooks
from tests.tools.release import errors, main, version

DATED = f"# Changelog\n\n## [Unreleased]\n\n## [{version()}] - 2026-01-31\n"


def test_a_tag_of_the_version_with_a_dated_section_is_released() -> None:
    assert list(errors(f"v{version()}", DATED)) == []


@pytest.mark.parametrize("tag", [version(), "v99.0.0", "main", f"v{version()}-rc1"])
def test_another_tag_is_not(tag: str) -> None:
    (error,) = errors(tag, DATED)
    assert tag in error


@pytest.mark.parametrize("heading", ["## [Unreleased]", "## [99.0.0] - 2026-01-31", ""])
def test_a_version_without_its_date_in_the_changelog_is_not(heading: str) -> None:
    (error,) = errors(f"v{version()}", f"# Changelog\n\n{heading}\n")
    assert "CHANGELOG.md" in error


def test_the_reason_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("v99.0.0") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("the tag is v99.0.0, the version in pyproject.toml")


def test_the_version_is_in_every_file_that_the_release_page_names() -> None:
    page = (ROOT / "RELEASE.md").read_text(encoding="utf-8")
    step = doc_hooks.text(page, "version")
    named = [name for name in re.findall(r"`([\w./]+)`", step) if (ROOT / name).is_file()]
    assert len(named) == 8
    assert [name for name in named if version() not in (ROOT / name).read_text()] == []
