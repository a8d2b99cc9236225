"""Bodies that went wrong once, and those of the payloads, through every target of the fuzzer."""

from pathlib import Path

import pytest

from tests.tools.fuzz.targets import TARGETS, Target

HERE = Path(__file__).parent
FOLDERS = (HERE / "corpus", HERE.parents[1] / "support" / "payloads")
BODIES = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_a_body_is_read_or_refused(target: Target, body: Path) -> None:
    target(body.read_bytes())
