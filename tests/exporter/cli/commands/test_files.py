"""duplistatus files."""

from pathlib import Path

import pytest

from exporter.cli.commands import files
from exporter.shipped import KINDS, Kind, Place
from tests.exporter.cli.conftest import Commands


def test_without_a_kind_it_lists_them(command: Commands) -> None:
    lines = command.output("files").splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [kind.name for kind in KINDS]
    assert lines[-1] == "duplistatus files KIND DIR writes them."


def test_it_prints_a_line_for_each_file_and_what_to_do_next(
    command: Commands, tmp_path: Path
) -> None:
    lines = command.output("files", "rules", str(tmp_path)).splitlines()
    assert lines[:2] == [f"{tmp_path}/alerts.yml written", f"{tmp_path}/recording.yml written"]
    assert f"  promtool check rules {tmp_path}/*.yml" in lines


def test_a_folder_is_written_as_a_shell_wants_it(command: Commands, tmp_path: Path) -> None:
    told = command.output("files", "rules", str(tmp_path / "my rules"))
    assert f"promtool check rules '{tmp_path}/my rules'/*.yml" in told


def test_it_says_what_was_there_already(command: Commands, tmp_path: Path) -> None:
    command.output("files", "rules", str(tmp_path))
    (tmp_path / "alerts.yml").write_text("groups: []\n", encoding="utf-8")
    lines = command.output("files", "rules", str(tmp_path), "--force").splitlines()
    assert lines[:2] == [f"{tmp_path}/alerts.yml replaced", f"{tmp_path}/recording.yml unchanged"]


def test_it_refuses_to_overwrite_what_differs(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text("groups: []\n", encoding="utf-8")
    told = command.refusal("files", "rules", str(tmp_path))
    assert f"{tmp_path}/alerts.yml" in told
    assert "--force" in told
    assert not (tmp_path / "recording.yml").exists()


@pytest.mark.parametrize("arguments", [["rules"], ["roles", "."], ["rules", ".", "--over"]])
def test_what_it_does_not_understand_is_refused_in_a_line(
    command: Commands, arguments: list[str]
) -> None:
    assert "--help" in command.refusal("files", *arguments)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_help_says_what_is_written(command: Commands, kind: Kind) -> None:
    told = command.output("files", kind.name, "--help")
    assert kind.summary in told
    assert "--force" in told


def test_the_service_is_for_the_program_that_is_running(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(Path("/opt/tools/bin/duplistatus"), Path("/usr/bin/python3"), "1.2.3")
    monkeypatch.setattr(files, "place", lambda: place)
    told = command.output("files", "systemd", str(tmp_path))
    unit = (tmp_path / "duplistatus.service").read_text(encoding="utf-8")
    assert "ExecStart=/opt/tools/bin/duplistatus serve\n" in unit
    assert f"sudo install -D -m 600 {tmp_path}/environment /etc/duplistatus/environment\n" in told


def test_the_program_is_the_one_beside_this_python() -> None:
    assert files.place().program.name == "duplistatus"
    assert files.place().program.is_file()
