"""The pages that lead through something, and what the code has for their words."""

from tests.docs import pages

NAMES = (
    "docs/installation.md",
    "docs/containers.md",
    "docs/connect-duplicati.md",
    "docs/operations.md",
    "docs/reverse-proxy.md",
    "docs/troubleshooting.md",
)
GUIDES = {name: pages.read(name) for name in NAMES}
TEXT = "\n".join(GUIDES.values())


def source() -> str:
    """Return the code of the daemon, its strings joined where they are written in two."""
    files = [path for name in ("exporter", "api") for path in (pages.ROOT / name).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))
    return " ".join(text.split())
