"""Prints what pip needs to install the oldest versions that pyproject.toml allows, one a line."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def declared() -> list[Requirement]:
    """Return what the daemon itself needs, for every database."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    needed = (*project["dependencies"], *(text for extra in extras for text in extra))
    return [Requirement(text) for text in needed]


def lowest(requirements: list[Requirement]) -> Iterator[str]:
    """Yield each as pinned to the version that its range begins with."""
    for requirement in requirements:
        for specifier in requirement.specifier:
            if specifier.operator in (">=", "~="):
                yield f"{requirement.name}=={specifier.version}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lowest(declared()))
