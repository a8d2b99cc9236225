"""Configuration files of tests, and what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from exporter.config import ConfigError, load


def written(folder: Path, text: str) -> str:
    path = folder / "duplistatus.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def problems_of(
    flags: Mapping[str, str | None], environment: Mapping[str, str] | None = None
) -> list[str]:
    with pytest.raises(ConfigError) as wrong:
        load(flags, environment or {})
    assert all("\n" not in problem for problem in wrong.value.problems)
    return wrong.value.problems
