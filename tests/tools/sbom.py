"""What the image installs beside the daemon, as CycloneDX: `python -m tests.tools.sbom >sbom.json`.

It is the lock, with the hashes of all that may be installed. SOURCE_DATE_EPOCH, seconds since 1970,
is the time that the document names; without it, it names none.
"""

import re
import subprocess
import sys

from tests.deploy.files import ROOT, read

_LEFT_OUT = re.compile(r"^pip==(?:.*\\\n)*.*\n", re.MULTILINE)
"""The lock has it because a library names it; the image does without."""


def requirements() -> str:
    """Return the lock as far as it is in the image."""
    return _LEFT_OUT.sub("", read("requirements.lock"))


def document() -> str:
    """Return the document, which was held to CycloneDX's schema."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "-"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--validate"]
    done = subprocess.run(
        command, input=requirements(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.stdout.write(document())
