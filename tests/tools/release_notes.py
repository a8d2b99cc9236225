"""What is new in this version: `python -m tests.tools.release_notes >notes.md`."""

import re
import sys

from tests.deploy.files import ROOT
from tests.tools.release import version


def notes(changelog: str) -> str:
    """Return the text of this version's section.

    Raises:
        ValueError: when there is none.
    """
    section = rf"^## \[{re.escape(version())}\][^\n]*\n(.*?)(?=^## \[|\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        message = f"CHANGELOG.md has no section of {version()}"
        raise ValueError(message)
    return f"{found[1].strip()}\n"


if __name__ == "__main__":
    sys.stdout.write(notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
