"""The form of the files, as .editorconfig asks editors for it and the hooks put it right."""

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.deploy.files import ROOT

_MADE = {".git", ".hypothesis", "__pycache__", "build", "dist", "node_modules"}
_AS_THEY_CAME = {
    ROOT / "tests" / name for name in ("support/payloads", "support/golden", "tools/fuzz/corpus")
}

_RENDERED = "deploy/helm/templates/"
"""Of Helm's language: what becomes of them is read by tests/deploy/test_helm.py."""


def _is_ours(folder: Path) -> bool:
    hidden = folder.name.startswith(".venv") or folder.name.endswith(("_cache", ".egg-info"))
    return folder.name not in _MADE and not hidden and folder not in _AS_THEY_CAME


def files() -> Iterator[Path]:
    """Yield every file of the project that a person wrote or reads."""
    for name, folders, names in os.walk(ROOT):
        folders[:] = [each for each in folders if _is_ours(Path(name, each))]
        yield from (Path(name, each) for each in names)


TEXTS = {
    str(path.relative_to(ROOT)): content.decode()
    for path in sorted(files())
    if b"\0" not in (content := path.read_bytes()) and ".sqlite" not in path.name
}


def test_each_ends_with_one_line_end() -> None:
    assert len(TEXTS) > 500
    wrong = [name for name, text in TEXTS.items() if text and not text.endswith("\n")]
    wrong += [name for name, text in TEXTS.items() if text.endswith("\n\n")]
    assert wrong == []


def test_no_line_ends_with_space() -> None:
    wrong = [
        f"{name}:{number}"
        for name, text in TEXTS.items()
        for number, line in enumerate(text.split("\n"), 1)
        if line != line.rstrip()
    ]
    assert wrong == []


def test_nothing_of_a_merge_is_left() -> None:
    marks = ("<<<<<<< ", ">>>>>>> ")
    wrong = [
        name
        for name, text in TEXTS.items()
        if any(line.startswith(marks) for line in text.splitlines())
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("suffixes", "read"),
    [
        ((".yml", ".yaml"), lambda text: list(yaml.compose_all(text))),
        ((".json",), json.loads),
        ((".toml",), tomllib.loads),
    ],
    ids=["yaml", "json", "toml"],
)
def test_what_has_a_form_can_be_read(suffixes: tuple[str, ...], read: object) -> None:
    assert callable(read)
    found = {
        name: text
        for name, text in TEXTS.items()
        if name.endswith(suffixes) and not name.startswith(_RENDERED)
    }
    assert found
    for name, text in found.items():
        try:
            read(text)
        except (ValueError, yaml.YAMLError) as error:
            pytest.fail(f"{name}: {error}")


def test_what_can_be_run_says_by_what() -> None:
    texts = {name for name in TEXTS if os.access(ROOT / name, os.X_OK)}
    assert {"tests/run", "deploy/start"} <= texts
    assert [name for name in texts if not TEXTS[name].startswith("#!")] == []
