"""docs/pull.md: its examples are valid, and it explains every key of a `[[pull]]` table."""

import tomllib
from pathlib import Path

import pytest

from exporter import config
from exporter.config.pull_targets import KEYS
from tests.docs import pages
from tests.support import doc_hooks

PAGE = pages.read("docs/pull.md")


@pytest.mark.parametrize("block", pages.blocks(PAGE, "toml"), ids=lambda block: block.text[:20])
def test_an_example_is_a_valid_configuration(tmp_path: Path, block: pages.Block) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text(block.text)
    settings = config.load({"config": str(file)}, {})
    assert len(settings.pull_targets) == len(tomllib.loads(block.text)["pull"])


def test_every_key_of_a_table_is_explained() -> None:
    assert {pages.code(key)[0] for key, _ in doc_hooks.rows(PAGE, "pull-keys")} == set(KEYS)
