"""The Dockerfile's instructions, stage by stage, as a builder reads them."""

import json
import re
from typing import NamedTuple

from tests.deploy.files import read

_INSTRUCTION = re.compile(r"(?P<name>[A-Z]+)\s+(?P<text>.*)", re.DOTALL)


class Instruction(NamedTuple):
    """A keyword and what stands behind it, on one line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """What stands behind it in the form of a JSON list."""
        found: list[str] = json.loads(self.text[self.text.index("[") :])
        return found


def instructions() -> list[Instruction]:
    """Return every instruction of the Dockerfile."""
    lines = [line for line in read("docker/Dockerfile").splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = (_INSTRUCTION.fullmatch(line) for line in whole.splitlines() if line)
    return [Instruction(match["name"], match["text"]) for match in found if match]


def stages() -> list[list[Instruction]]:
    """Return the instructions of each stage; the first of each is its FROM."""
    found: list[list[Instruction]] = []
    for each in instructions():
        if each.name == "FROM":
            found.append([])
        found[-1].append(each)
    return found


def last(name: str) -> Instruction:
    """Return the instruction that holds in the end."""
    return [each for each in stages()[-1] if each.name == name][-1]
