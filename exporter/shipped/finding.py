"""Where the files lie: in this package of a wheel, or around the package in a clone."""

from pathlib import Path

from exporter.shipped.errors import FilesError

_HERE = Path(__file__).parent
_CLONE = _HERE.parents[1]


def contents(files: dict[str, str]) -> dict[Path, str]:
    """Return the text of each file by its path below the chosen folder.

    Raises:
        FilesError: this installation does not have one.
    """
    return {
        Path(target) / path.relative_to(_root() / name): path.read_bytes().decode()
        for name, target in files.items()
        for path in lying(name)
    }


def lying(name: str) -> list[Path]:
    """Return the file of this path in a clone, or those of the folder, at any depth.

    Raises:
        FilesError: this installation does not have it.
    """
    source = _root() / name
    if source.is_dir():
        return sorted(path for path in source.rglob("*") if path.is_file())
    if not source.is_file():
        raise FilesError(f"{source} is missing: install the program again, or take a clone's file")
    return [source]


def _root() -> Path:
    return _HERE if (_HERE / "deploy").is_dir() else _CLONE
