"""deploy/requirements.lock has what pyproject.toml declares; every range has a lower bound."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs import pages
from tests.tools import lowest

DATED = {"tzdata"}
"""Has no oldest version that would do: each release is newer law."""

LOCK = pages.read("deploy/requirements.lock")
DECLARED = lowest.declared()


def locked() -> dict[str, Requirement]:
    """Return each pinned requirement by its name."""
    lines = re.findall(r"^([a-z][^\\\n]*==[^\\\n]*)", LOCK, re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each for each in found}


@pytest.mark.parametrize("requirement", DECLARED, ids=str)
def test_the_lock_pins_what_is_declared_within_its_range(requirement: Requirement) -> None:
    pinned = locked()[canonicalize_name(requirement.name)]
    (specifier,) = pinned.specifier
    assert specifier.operator == "=="
    assert requirement.specifier.contains(specifier.version)
    alike = [each for each in DECLARED if each.name == requirement.name]
    assert (pinned.marker is None) == any(each.marker is None for each in alike)


def test_the_lock_has_libpq_where_there_are_builds() -> None:
    """Which psycopg's extra brings; psycopg takes no other version than its own."""
    assert locked()["psycopg-binary"].specifier == locked()["psycopg"].specifier
    assert locked()["psycopg-binary"].marker is not None


def test_everything_that_is_locked_has_its_hashes() -> None:
    uncommented = re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE)
    entries = re.split(r"^(?=[a-z])", uncommented, flags=re.MULTILINE)
    packages = [entry for entry in entries if entry.strip()]
    assert len(packages) == len(locked())
    for entry in packages:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


def test_every_range_starts_with_a_version_that_can_be_tested() -> None:
    pinned = {line.partition("==")[0] for line in lowest.lowest(DECLARED)}
    assert pinned == {each.name for each in DECLARED} - DATED
