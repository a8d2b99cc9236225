"""A plain `docker run` of the pages gives what Compose gives, so that people can change."""

import shlex
from itertools import pairwise
from typing import Any

import pytest
import yaml

from tests.deploy.files import read
from tests.docs import pages
from tests.support import doc_hooks

FILE = yaml.safe_load(read("docker/compose.yaml"))
SERVICE: dict[str, Any] = FILE["services"]["duplistatus"]
SHOWN = [
    (name, block.text.replace("\\\n", ""))
    for name in ("README.md", "docs/installation.md", "docs/containers.md")
    for block in pages.blocks(pages.read(name), "bash")
    if block.text.startswith("docker run --detach")
]


def _words(line: str) -> list[str]:
    return shlex.split(line)


def _values(line: str, flag: str) -> list[str]:
    words = _words(line)
    return [value for word, value in pairwise(words) if word == flag]


def test_each_page_for_beginners_shows_it() -> None:
    assert [name for name, _ in SHOWN] == [
        "README.md",
        "docs/installation.md",
        "docs/containers.md",
    ]


@pytest.mark.parametrize("line", [line for _, line in SHOWN], ids=[name for name, _ in SHOWN])
def test_it_runs_the_same_image_with_the_same_data(line: str) -> None:
    image, _, _ = SERVICE["image"].rpartition(":")
    volume = SERVICE["volumes"][0].replace("data:", f"{FILE['volumes']['data']['name']}:", 1)
    assert _words(line)[-1].removesuffix(":latest") == image
    assert _values(line, "--volume") == [volume]
    assert _values(line, "--publish") == SERVICE["ports"]
    assert "--read-only" in _words(line)
    assert [each.partition(":")[0] for each in _values(line, "--tmpfs")] == ["/tmp"]


def test_the_whole_one_is_held_as_compose_holds_it() -> None:
    shown = doc_hooks.block(pages.read("docs/containers.md"), "docker-run")
    line = shown.replace("\\\n", "")
    assert _values(line, "--tmpfs") == SERVICE["tmpfs"]
    assert _values(line, "--cap-drop") == SERVICE["cap_drop"]
    assert [f"{each}:true" for each in _values(line, "--security-opt")] == SERVICE["security_opt"]
    assert _values(line, "--restart") == [SERVICE["restart"]]
    assert [f"{each}s" for each in _values(line, "--stop-timeout")] == [
        SERVICE["stop_grace_period"]
    ]


def test_what_unraid_is_given_is_of_the_same_line() -> None:
    page = pages.read("docs/containers.md")
    line = doc_hooks.block(page, "docker-run").replace("\\\n", " ")
    fields = {field: pages.code(value) for field, value in doc_hooks.rows(page, "unraid")}
    assert all(word in _words(line) for word in _words(fields["Extra Parameters"][0]))
    assert fields["Repository"] == [_words(line)[-1]]
