"""Every example of notifications in the documentation is a configuration that can be used."""

from pathlib import Path

import pytest

from exporter import config
from exporter.cli.notifications import require_usable
from tests.docs import pages

TABLES = ("[[notify]]", "[[digest]]", "[heartbeat]", "[[heartbeat.job]]")
EXAMPLES = [
    pytest.param(block.text, id=f"{page}-{number}")
    for page in ("README.md", "docs/notifications.md", "docs/digest.md", "docs/heartbeat.md")
    for number, block in enumerate(pages.blocks(pages.read(page), "toml"), 1)
    if any(table in block.text for table in TABLES)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_can_be_used(text: str, tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text(text, encoding="utf-8")
    told = config.load({"config": str(file)}, {}).notifications
    require_usable(told)
    assert told.channels or told.digests or told.heartbeat.url or told.heartbeat.jobs


def test_there_are_examples_of_each_table() -> None:
    together = "".join(str(example.values[0]) for example in EXAMPLES)
    assert all(table in together for table in TABLES)
