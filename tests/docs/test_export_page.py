"""docs/export.md says what exports have and what they leave out."""

import csv
import io
import shlex
import shutil
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.cli.commands import export
from exporter.exports import LEFT_OUT, write_csv
from exporter.times import DAY
from tests.docs import daemon, pages
from tests.support import doc_hooks

PAGE = pages.read("docs/export.md")
_SHOWN = "".join(block.text for block in pages.blocks(PAGE, "bash"))
COMMANDS = [line for line in _SHOWN.splitlines() if line.startswith("duplistatus ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_export_works_as_shown(
    command: str, filled_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copy(filled_database, daemon.database_in(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export, "now", lambda: daemon.NOW + 2 * DAY)
    words = shlex.split(command)[1:]
    assert main([*words, "--database", str(copy)]) == 0
    written = tmp_path / words[words.index("--output") + 1]
    assert written.read_bytes().count(b"\n") > 1


def test_every_family_that_an_export_leaves_out_is_named() -> None:
    assert {*LEFT_OUT} - {*pages.code(PAGE)} == set()


def test_every_field_of_a_run_is_explained_here_or_with_the_api() -> None:
    written = io.BytesIO()
    write_csv([], written)
    (fields,) = csv.reader([written.getvalue().decode()])
    explained = [name for row in doc_hooks.rows(PAGE, "fields") for name in pages.code(row[0])]
    of_the_api = {name for name in fields if f'"{name}"' in pages.read("docs/api.md")}
    assert [name for name in fields if name not in {*explained, *of_the_api}] == []
    assert {*explained} <= {*fields}
