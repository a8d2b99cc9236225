"""Whether a tag can be released: `python -m tests.tools.release v1.2.3` prints its version."""

import re
import sys
import tomllib
from collections.abc import Iterator

from tests.deploy.files import ROOT


def version() -> str:
    """Return the version of the package."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: str = content["project"]["version"]
    return found


def errors(tag: str, changelog: str) -> Iterator[str]:
    """Yield the reasons why a tag cannot be released."""
    if tag != f"v{version()}":
        yield f"the tag is {tag}, the version in pyproject.toml {version()}"
    dated = rf"^## \[{re.escape(version())}\] - \d{{4}}-\d\d-\d\d$"
    if not re.search(dated, changelog, re.MULTILINE):
        yield f"CHANGELOG.md has no section of {version()} with its date"


def main(tag: str) -> int:
    """Print the version as the output of a GitHub step, or why it cannot be released."""
    found = list(errors(tag, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    for error in found:
        sys.stderr.write(f"{error}\n")
    if not found:
        sys.stdout.write(f"version={version()}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
