"""Where the files lie: in this package of a wheel, or around the package in a clone."""

from pathlib import Path

_HERE = Path(__file__).parent
_CLONE = _HERE.parents[1]


def contents(files: dict[str, str]) -> dict[Path, str]:
    """Return the text of each file by its path below the chosen folder."""
    return {
        Path(target) / path.relative_to(_root() / name): path.read_bytes().decode()
        for name, target in files.items()
        for path in lying(name)
    }


def lying(name: str) -> list[Path]:
    """Return the file of this path in a clone, or those of the folder, at any depth."""
    source = _root() / name
    if not source.is_dir():
        return [source]
    return sorted(path for path in source.rglob("*") if path.is_file())


def _root() -> Path:
    return _HERE if (_HERE / "deploy").is_dir() else _CLONE
