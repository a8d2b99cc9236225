"""`python -m tests.tools.manual` writes deploy/man and deploy/completion."""

import sys

from tests.tools.manual.files import left_over, written


def main() -> int:
    """Write the files, and remove those of commands that are gone."""
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over():
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
