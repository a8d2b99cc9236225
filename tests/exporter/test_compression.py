"""A machine without ISA-L packs and unpacks the same by zlib."""

import importlib
import re
import sys
import zlib
from collections.abc import Iterator
from types import ModuleType

import pytest

from exporter import compression
from tests.deploy.files import ROOT

CONTENT = b"duplistatus_backup_overdue 0\n" * 100


@pytest.fixture
def without_isal(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setitem(sys.modules, "isal", None)
    yield importlib.reload(compression)
    monkeypatch.undo()
    importlib.reload(compression)


def test_without_it_zlib_is_used(without_isal: ModuleType) -> None:
    assert without_isal.deflate is zlib


def test_zlib_has_all_that_is_asked_of_the_other() -> None:
    files = (path for name in ("exporter", "api") for path in (ROOT / name).rglob("*.py"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    asked = set(re.findall(r"\bdeflate\.(\w+)", code))
    assert {"compress", "decompress"} <= asked
    for name in asked:
        ours, other = getattr(compression.deflate, name), getattr(zlib, name)
        assert callable(ours) or ours == other, name


def test_what_one_packs_the_other_unpacks() -> None:
    assert zlib.decompress(compression.deflate.compress(CONTENT, 1)) == CONTENT
    assert compression.deflate.decompress(zlib.compress(CONTENT)) == CONTENT
