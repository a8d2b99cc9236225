"""The text of a release is the section of its version, and nothing of another's."""

import pytest

from tests.tools.release import version
from tests.tools.release_notes import notes

NEWEST = f"# Changelog\n\n## [Unreleased]\n\n## [{version()}] - 2026-12-01\n\n### Added\n\n- All.\n"


@pytest.mark.parametrize("older", ["", "\n## [0.0.1] - 2020-01-01\n\n- Less.\n"])
def test_they_are_the_section_of_this_version(older: str) -> None:
    assert notes(NEWEST + older) == "### Added\n\n- All.\n"


def test_without_a_section_there_is_no_text() -> None:
    with pytest.raises(ValueError, match="no section of"):
        notes("# Changelog\n\n## [Unreleased]\n\n- Something.\n")
