"""What an index gets: complete, readable there, and with everything that the commands write."""

import re
import subprocess
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path, PurePosixPath

import pytest

from exporter.shipped import KINDS
from exporter.shipped.finding import lying
from tests.deploy.files import DEPLOY, ROOT
from tests.support.distribution import Distribution, tool

BLOB = re.compile(r"https://github\.com/duplistatus/exporter/(?:blob|tree)/v([\d.]+)/([^#]+)(#.*)?")
RAW = re.compile(r"https://raw\.githubusercontent\.com/duplistatus/exporter/v([\d.]+)/(.+)")
LARGEST_SDIST = 5_000_000
"""Bytes; pictures and recorded reports are most of it."""


def content(*command: str | Path) -> str:
    """Run a tool that is to be content; return what it says."""
    done = subprocess.run(
        [tool(str(command[0])), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(distribution: Distribution) -> dict[str, bytes]:
    """Every file of the wheel, by its path."""
    with zipfile.ZipFile(distribution.wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def metadata(wheel: dict[str, bytes]) -> Message:
    (name,) = [name for name in wheel if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(wheel[name])


@pytest.fixture(scope="module")
def description(metadata: Message) -> str:
    """The README as an index shows it."""
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def links(markdown: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", markdown)


def test_an_index_would_take_them(distribution: Distribution) -> None:
    assert content("twine", "check", "--strict", *distribution).count("PASSED") == 2


def test_check_wheel_contents_has_nothing_to_say(distribution: Distribution) -> None:
    content("check-wheel-contents", distribution.wheel)


def test_pyroma_gives_ten_of_ten(distribution: Distribution) -> None:
    assert "Final rating: 10/10" in content("pyroma", distribution.sdist)


def test_every_link_of_the_readme_leads_somewhere_from_an_index(description: str) -> None:
    found = links(description)
    assert len(found) > 20
    assert [link for link in found if not link.startswith(("https://", "#"))] == []


def test_a_link_into_the_repository_leads_to_a_file_of_this_version(
    description: str, metadata: Message
) -> None:
    found = [match for link in links(description) for match in [BLOB.fullmatch(link)] if match]
    found += [match for link in links(description) for match in [RAW.fullmatch(link)] if match]
    assert {match[1] for match in found} == {metadata["Version"]}
    assert [match[2] for match in found if not (ROOT / match[2]).exists()] == []


def test_as_many_links_are_there_as_in_the_repository_and_one_for_the_diagram(
    description: str,
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(links(description)) == len(links(readme)) + readme.count("```mermaid")
    assert "```mermaid" not in description


def test_a_picture_is_a_file_that_a_browser_shows_and_no_page_about_it(description: str) -> None:
    pictures = [link for link in links(description) if link.endswith(".png")]
    assert pictures
    assert all(RAW.fullmatch(link) for link in pictures)


def test_the_wheel_has_what_the_commands_write_as_it_is_in_the_clone(
    wheel: dict[str, bytes],
) -> None:
    paths = {path for kind in KINDS for name in kind.files for path in lying(name)}
    assert len(paths) > 20
    shipped = {name: content for name, content in wheel.items() if "/shipped/" in name}
    for path in paths:
        name = f"exporter/shipped/{path.relative_to(ROOT).as_posix()}"
        assert shipped.get(name) == path.read_bytes(), name


def test_the_wheel_has_no_file_that_no_command_writes(wheel: dict[str, bytes]) -> None:
    """But the code."""
    written = {
        path.relative_to(ROOT) for kind in KINDS for name in kind.files for path in lying(name)
    }
    shipped = [PurePosixPath(name) for name in wheel if name.startswith("exporter/shipped/")]
    others = {
        path.relative_to("exporter/shipped")
        for path in shipped
        if path.parts[2:3] != path.parts[-1:]
    }
    assert {str(path) for path in others} == {path.as_posix() for path in written}


SHARED = {
    **{path: f"share/man/man1/{path.name}" for path in (DEPLOY / "man").glob("*")},
    DEPLOY / "completion/duplistatus.bash": "share/bash-completion/completions/duplistatus",
    DEPLOY / "completion/_duplistatus": "share/zsh/site-functions/_duplistatus",
    DEPLOY / "completion/duplistatus.fish": "share/fish/vendor_completions.d/duplistatus.fish",
}


def test_the_wheel_has_the_man_pages_and_the_completion_where_man_and_shells_look(
    wheel: dict[str, bytes],
) -> None:
    shared = {
        name.partition(".data/data/")[2]: content
        for name, content in wheel.items()
        if ".data/data/" in name
    }
    there = {name: path.read_bytes() for path, name in SHARED.items() if path.exists()}
    assert shared == there


def test_the_source_package_has_what_it_takes_to_test_it_and_no_leftovers(
    distribution: Distribution,
) -> None:
    with tarfile.open(distribution.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "tests/run", "deploy/start"} <= names
    parts = {part for name in names for part in name.split("/")}
    assert not parts & {".venv-dev", ".git", "node_modules", "__pycache__", "duplistatus.sqlite"}
    assert distribution.sdist.stat().st_size < LARGEST_SDIST
