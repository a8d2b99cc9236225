"""Shells at a terminal, with deploy/completion and a program that only says how it was called."""

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.deploy.files import DEPLOY

COMPLETION = DEPLOY / "completion"

_MOST_SECONDS = 60.0
_READY = "type>"
_CALLED = re.compile(r"CALLED<([^>]*)>")
_ANSWER = """#!/bin/sh
printf 'CALLED<%s>\\n' "$*"
"""
_BASH = f"""
PS1='{_READY}'
. {COMPLETION}/duplistatus.bash
"""
_ZSH = f"""
PS1='{_READY}'
fpath=({COMPLETION} $fpath)
autoload -Uz compinit
compinit -u -D
"""
_FISH = f"""
function fish_prompt; echo -n '{_READY}'; end
function fish_greeting; end
set fish_complete_path {COMPLETION} $fish_complete_path
"""


class _Kind(NamedTuple):
    command: tuple[str, ...]
    settings: str
    path: str


_KINDS = {
    "bash": _Kind(("bash", "--noprofile", "-i"), _BASH, ".bashrc"),
    "zsh": _Kind(("zsh", "-i"), _ZSH, ".zshrc"),
    "fish": _Kind(("fish", "-i"), _FISH, ".config/fish/config.fish"),
}
SHELLS = tuple(_KINDS)


class Shell:
    """A shell that waits for what a person types."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._shown = ""
        self._wait(re.compile(re.escape(_READY)))

    def typed(self, text: str) -> str:
        """Type a line, and return the arguments that the program was called with."""
        self._shown = ""
        os.write(self._terminal, text.encode() + b"\r")
        return self._wait(_CALLED)[1].strip()

    def _wait(self, wanted: re.Pattern[str]) -> re.Match[str]:
        end = time.monotonic() + _MOST_SECONDS
        while (found := wanted.search(self._shown)) is None:
            if not select.select([self._terminal], [], [], max(0.0, end - time.monotonic()))[0]:
                message = f"{wanted.pattern} was never shown: {self._shown!r}"
                raise AssertionError(message)
            self._shown += os.read(self._terminal, 65536).decode(errors="replace")
        return found


@contextlib.contextmanager
def shell(name: str, home: Path) -> Iterator[Shell]:
    """Start a shell in a folder of its own, and end it afterwards."""
    kind = _KINDS[name]
    path = home / kind.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kind.settings, encoding="utf-8")
    program = home / "bin" / "duplistatus"
    program.parent.mkdir()
    program.write_text(_ANSWER, encoding="utf-8")
    program.chmod(0o755)
    with _terminal() as (ours, theirs):
        environment = {
            "HOME": str(home),
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
        }
        command = [shutil.which(kind.command[0]) or kind.command[0], *kind.command[1:]]
        process = subprocess.Popen(
            command,
            cwd=home,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - it is to be its own
        )
        try:
            yield Shell(ours)
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)
        os.close(theirs)
