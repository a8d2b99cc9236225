"""Two daemons behind HAProxy."""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.soak.replicas.programs import Program, free_port, wait_for

_HAPROXY = """
defaults
  mode http
  timeout connect 2s
  timeout client 120s
  timeout server 120s
  retries 3
  retry-on conn-failure empty-response response-timeout 502 503
  option redispatch
  option httpchk GET /-/ready
frontend reports
  bind 127.0.0.1:{port}
  default_backend daemons
backend daemons
  balance roundrobin
  default-server check inter 1s fall 2 rise 1
  server one 127.0.0.1:{one}
  server two 127.0.0.1:{two}
"""


class Daemons:
    """Both daemons and the proxy in front of them; `port` is the proxy's."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port = free_port()
        self._ports = (free_port(), free_port())
        path = folder / "haproxy.cfg"
        one, two = self._ports
        path.write_text(_HAPROXY.format(port=self.port, one=one, two=two), encoding="ascii")
        self._proxy = Program(["/usr/sbin/haproxy", "-f", str(path)], folder / "haproxy.log")
        self._programs = [
            Program(
                [
                    str(Path(sys.executable).parent / "duplistatus"),
                    "serve",
                    f"--database={database}",
                    f"--listen=127.0.0.1:{port}",
                    "--log-level=warning",
                ],
                folder / f"daemon-{port}.log",
            )
            for port in self._ports
        ]

    @contextmanager
    def running(self) -> Iterator["Daemons"]:
        """Run all of them during the block."""
        try:
            for number in range(len(self._programs)):
                self.start(number)
            self._proxy.start()
            wait_for(lambda: _answers(self.port), "the proxy does not answer")
            yield self
        finally:
            self._proxy.kill()
            for program in self._programs:
                program.kill()

    def start(self, number: int) -> None:
        """Start a daemon and wait until it is ready."""
        self._programs[number].start()
        wait_for(lambda: _answers(self._ports[number]), "a daemon does not answer")

    def kill(self, number: int) -> None:
        """Kill a daemon."""
        self._programs[number].kill()

    def stop(self, number: int) -> None:
        """Ask a daemon to end, and wait."""
        self._programs[number].terminate()

    def agree(self) -> bool:
        """Return whether both answer the same about the fleet."""
        answers = {_get(port, "/api/summary") for port in self._ports}
        return len(answers) == 1


def _answers(port: int) -> bool:
    try:
        _get(port, "/-/ready")
    except OSError:
        return False
    return True


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        body: bytes = answer.read()
        return body
