"""Fuzz the report parsers, guided by coverage: `python -m tests.tools.fuzz`, see README.md."""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["exporter"]):
    from tests.tools.fuzz.targets import TARGETS

_HERE = Path(__file__).parent
_PAYLOADS = _HERE.parents[1] / "support" / "payloads"
_SEEDS = (_HERE / "corpus", _PAYLOADS, _PAYLOADS / "shapes")


def main() -> None:
    """Fuzz one target; a body that makes it fail is written to the corpus."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS, nargs="?", default="body")
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-fuzz-") as found:
        options = [f"-max_total_time={asked.seconds}", f"-artifact_prefix={_HERE / 'corpus'}/"]
        folders = [found, *map(str, _SEEDS)]
        atheris.Setup([sys.argv[0], *options, *folders], TARGETS[asked.target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
