"""A daemon of a frozen present, served as the real one is, in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.app import create_app
from api.server.http_server import HttpServer
from api.server.listening import listen
from api.server.site import Site
from tests.support.daemon import Daemon


@contextmanager
def serving(daemon: Daemon, **parts: Any) -> Iterator[str]:  # noqa: ANN401 - any part
    """Serve a daemon on any port of loopback, with some other parts if wanted; yield its URL."""
    app = create_app(daemon.services._replace(**parts)) if parts else daemon.app
    with listen("127.0.0.1", 0) as listening:
        server = HttpServer(
            Site(app), listening, daemon.services.limits, daemon.services.self_metrics
        )
        thread = threading.Thread(target=server.run, name="served daemon")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()
