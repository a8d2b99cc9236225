"""Try what is shipped with the newest programs: `python -m tests.tools.newest`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.deploy.files import ROOT
from tests.support import forky
from tests.tools.newest import checks
from tests.tools.newest.checks import Check
from tests.tools.newest.versions import version

_PYTEST = ("-m", "pytest", "--quiet", "--numprocesses", "auto")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks that are asked for; print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.newest", description=__doc__)
    names = [check.package for check in checks.CHECKS]
    parser.add_argument(
        "--only", action="append", choices=names, help="only this package; can be repeated"
    )
    only = parser.parse_args(arguments).only or names
    try:
        path = checks.first_in_path()
    except forky.NotFetchedError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    passed = [_passes(check, path) for check in checks.CHECKS if check.package in only]
    return 0 if all(passed) else 1


def _passes(check: Check, path: str) -> bool:
    """Run a check and print its line; what fails is shown before it."""
    # In CI a test that is skipped fails: here too everything that tests need is to be had.
    variables = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "CI": "true"}
    done = subprocess.run(
        [sys.executable, *_PYTEST, *check.tests],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    result = done.stdout.strip().rpartition("\n")[2] if done.stdout else "nothing was run"
    word = "FAILED" if done.returncode else "ok"
    name = f"{check.package} {version(forky.unpacked(check.package))}"
    sys.stdout.write(f"{word:6}  {name:36}  {result:24}  {check.what}\n")
    sys.stdout.flush()
    return not done.returncode


if __name__ == "__main__":
    sys.exit(main())
