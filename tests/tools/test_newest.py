"""The tool for the newest programs forgets no test of theirs, and says what failed."""

import gzip
import re
from pathlib import Path

import pytest

from tests.deploy.files import ROOT
from tests.tools.newest import __main__ as newest
from tests.tools.newest import checks
from tests.tools.newest.checks import CHECKS, Check
from tests.tools.newest.versions import version

_STARTS_ONE = re.compile(
    r'needed\("(?:promtool|prometheus|amtool|kubectl|kustomize|docker-compose)"\)'
    r"|from tests\.support\.process\.prometheus import|from tests\.rules\.alerting import"
    r"|\bhistory: (?:Fleet)?History\b"
)
"""A test starts such a program itself, or asks for what does."""

PACKAGE = "kept"


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that an earlier run fetched."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "duplistatus-tests/forky/packages" / PACKAGE
    changelog = folder / "usr/share/doc/kept/changelog.Debian.gz"
    changelog.parent.mkdir(parents=True)
    with gzip.open(changelog, "wt", encoding="utf-8") as text:
        text.write("kept (3.5.3+ds1-6) unstable; urgency=medium\n\n  * News.\n")
    return folder


def test_every_test_that_starts_such_a_program_is_tried_with_the_newest() -> None:
    files = {*ROOT.glob("tests/**/test_*.py")} - {Path(__file__)}
    starting = {
        str(path.relative_to(ROOT))
        for path in files
        if _STARTS_ONE.search(path.read_text(encoding="utf-8"))
    }
    assert len(starting) > 10
    assert starting <= {test for check in CHECKS for test in check.tests}


def test_every_check_of_the_tool_is_run_and_is_there() -> None:
    named = {test for check in CHECKS for test in check.tests if test.endswith(".py")}
    assert all((ROOT / name).is_file() for name in named)
    own = {str(path.relative_to(ROOT)) for path in ROOT.glob("tests/tools/newest/check_*.py")}
    assert own <= named


def test_the_version_is_that_of_the_package(unpacked: Path) -> None:
    assert version(unpacked) == "3.5.3+ds1-6"


@pytest.mark.usefixtures("unpacked")
@pytest.mark.parametrize(("assertion", "code"), [("True", 0), ("False", 1)])
def test_a_line_says_what_passed_and_the_exit_code_that_all_did(
    assertion: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "check_this.py"
    file.write_text(f"def test_this():\n    assert {assertion}\n", encoding="utf-8")
    check = Check(PACKAGE, "what it reads", ("-p", "no:cacheprovider", "-n", "0", str(file)))
    monkeypatch.setattr(checks, "CHECKS", (check,))
    assert newest.main([]) == code
    told = capsys.readouterr()
    words = ("FAILED", "1 failed") if code else ("ok", "1 passed")
    assert re.match(rf"{words[0]} +kept 3\.5\.3\+ds1-6 +{words[1]} in .* what it reads$", told.out)
    assert ("assert False" in told.err) is bool(code)
