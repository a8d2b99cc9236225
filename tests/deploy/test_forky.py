"""A program of forky that was fetched is kept; what cannot be had is said."""

from pathlib import Path

import pytest

from tests.support import forky


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that an earlier run fetched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    program = forky.cache() / "forky/packages/kept/usr/bin/kept"
    program.parent.mkdir(parents=True)
    program.touch()
    return program


def test_what_an_earlier_run_fetched_is_not_fetched_again(kept: Path) -> None:
    assert forky.program("kept") == kept
    assert forky.unpacked("kept") == kept.parents[2]


@pytest.mark.usefixtures("kept")
def test_a_package_that_has_no_such_program_is_named() -> None:
    with pytest.raises(forky.NotFetchedError, match=r"^kept of forky has no usr/bin/other$"):
        forky.program("kept", "usr/bin/other")


@pytest.mark.usefixtures("kept")
def test_a_machine_without_debians_packages_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forky, "mirrors", lambda _: [])
    with pytest.raises(forky.NotFetchedError, match=r"^no mirror of Debian among apt's sources"):
        forky.program("missing")
