"""The files that people copy from deploy/."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def read(name: str) -> str:
    """Return a file of deploy/ by its path there."""
    return (DEPLOY / name).read_text(encoding="utf-8")
