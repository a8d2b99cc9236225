"""All files of a kind are written, or none where that would destroy what a person changed."""

from pathlib import Path

import pytest

from exporter.shipped import KINDS, FilesError, Kind, Place, replace, write
from exporter.shipped.finding import contents
from exporter.shipped.writing import Present

PLACE = Place(Path("/opt/duplistatus/bin/duplistatus"), Path("/usr/bin/python3"), "1.2.3")
RULES = next(kind for kind in KINDS if kind.name == "rules")


def held(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_files_of_a_kind_are_written_into_a_folder_that_is_made(
    tmp_path: Path, kind: Kind
) -> None:
    folder = tmp_path / "new" / "folder"
    found = write(kind, folder, PLACE)
    assert set(found.values()) == {Present.NOTHING}
    assert {str(path.relative_to(folder)) for path in found} == set(held(folder))
    assert held(folder)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_writes_no_two_files_to_one_path_and_none_outside_of_the_folder(kind: Kind) -> None:
    assert len(contents(kind.files)) == sum(len(contents({name: "."})) for name in kind.files)
    assert [path for path in contents(kind.files) if path.is_absolute() or ".." in path.parts] == []


def test_what_is_there_already_as_it_should_be_is_left_alone(tmp_path: Path) -> None:
    write(RULES, tmp_path, PLACE)
    assert set(write(RULES, tmp_path, PLACE).values()) == {Present.SAME}


def test_where_one_file_differs_none_is_written_and_each_that_differs_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "alerts.yml").write_text("groups: []\n", encoding="utf-8")
    with pytest.raises(FilesError) as raised:
        write(RULES, tmp_path, PLACE)
    assert "alerts.yml" in str(raised.value)
    assert "recording.yml" not in str(raised.value)
    assert "--force" in str(raised.value)
    assert held(tmp_path) == {"alerts.yml": "groups: []\n"}


def test_files_that_differ_are_replaced_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text("groups: []\n", encoding="utf-8")
    found = replace(RULES, tmp_path, PLACE)
    assert {path.name: present for path, present in found.items()} == {
        "alerts.yml": Present.OTHER,
        "recording.yml": Present.NOTHING,
    }
    assert "DuplistatusBackupOverdue" in held(tmp_path)["alerts.yml"]


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").mkdir()
    with pytest.raises(FilesError, match=r"alerts\.yml cannot be written"):
        replace(RULES, tmp_path, PLACE)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules").touch()
    with pytest.raises(FilesError, match="cannot be written"):
        write(RULES, tmp_path / "rules", PLACE)


def test_a_file_that_belongs_to_nobody_who_writes_is_named() -> None:
    """/proc takes no file of anybody, not even of root."""
    with pytest.raises(FilesError, match="choose a folder that you may write to"):
        write(RULES, Path("/proc/rules"), PLACE)


def test_a_file_that_an_installation_lacks_is_named(tmp_path: Path) -> None:
    """As in a package of somebody who leaves out what lies beside the code."""
    with pytest.raises(FilesError, match=r"deploy/nothing\.yml is missing"):
        write(RULES._replace(files={"deploy/nothing.yml": "."}), tmp_path, PLACE)
