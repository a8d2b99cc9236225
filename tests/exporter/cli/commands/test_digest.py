"""duplistatus digest, on the database of a running and of a stopped daemon."""

from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands


@pytest.mark.usefixtures("either")
def test_it_prints_plain_text(command: Commands) -> None:
    told = command.output("digest")
    assert told.startswith("1 of 5 backups is overdue, 1 failed")
    assert "nas: Documents – overdue" in " ".join(told.split())  # noqa: RUF001 - the digest's dash
    assert max(map(len, told.splitlines())) <= 72


@pytest.mark.usefixtures("either")
def test_it_writes_files(command: Commands, tmp_path: Path) -> None:
    html, text = tmp_path / "digest.html", tmp_path / "digest.txt"
    assert command.output("digest", "--html", str(html)) == ""
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    told = command.output("digest", "--html", str(html), "--text", str(text), "--since", "1d")
    assert told == ""
    assert "(1 d)" in text.read_text(encoding="utf-8")


@pytest.mark.usefixtures("database")
def test_a_wrong_span_is_refused_in_a_line(command: Commands) -> None:
    assert "since must be a duration" in command.refusal("digest", "--since", "week")
    assert "since must be at most 366d" not in command.output("digest", "--since", "366d")


@pytest.mark.usefixtures("database")
def test_a_file_that_cannot_be_written_is_said(command: Commands, tmp_path: Path) -> None:
    told = command.refusal("digest", "--html", str(tmp_path / "no" / "digest.html"))
    assert "cannot be written" in told
