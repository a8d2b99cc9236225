"""Bare apps on waitress, the same settings as the daemon's: what no route of ours can beat.

`--reads` answers fixed bodies with Falcon, `--scrape` a file's bytes without. `--upload` reads a
body and commits a report's rows by plain SQL, whatever waits sharing a commit as in the daemon.
"""

import argparse
import json
import logging
import queue
import sys
import threading
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import falcon
import msgspec
from waitress import create_server

from api.app import App
from api.server.http_server import CONNECTIONS, SEND_BYTES, THREADS
from tests.tools.bench.raw import RawWriter
from tests.tools.bench.reports import POSTED_SINCE

_MAX_IN_A_COMMIT = 256
_PIECE = 64 * 1024


class Fixed:
    """Answers every GET with the same."""

    def __init__(self, media_type: str, body: bytes) -> None:
        self._media_type = media_type
        self._body = body

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer."""
        resp.content_type = self._media_type
        resp.data = self._body


class PlainUpload:
    """Commits the rows of a report for each POST, then answers as the daemon does."""

    def __init__(self, writer: RawWriter) -> None:
        self._writer = writer
        self._waiting: queue.SimpleQueue[Future[int]] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Wait for the commit."""
        req.bounded_stream.read()
        done: Future[int] = Future()
        self._waiting.put(done)
        resp.content_type = falcon.MEDIA_JSON
        data = {"backupId": done.result(), "serverId": 1}
        message = "Backup data uploaded successfully"
        resp.data = msgspec.json.encode({"status": "success", "message": message, "data": data})

    def _write(self) -> None:
        numbers = count()
        while True:
            group = [self._waiting.get()]
            while len(group) < _MAX_IN_A_COMMIT and not self._waiting.empty():
                group.append(self._waiting.get())
            self._writer.begin()
            written = [self._writer.write(next(numbers)) for _ in group]
            self._writer.commit()
            for done, run_id in zip(group, written, strict=True):
                done.set_result(run_id)


class Bytes:
    """Answers everything with the same bytes, in pieces of the size that waitress sends fastest."""

    def __init__(self, body: bytes) -> None:
        self._pieces = [body[at : at + _PIECE] for at in range(0, len(body), _PIECE)]
        self._headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]

    def __call__(self, _: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer."""
        start_response("200 OK", self._headers)
        return self._pieces


def main() -> None:
    """Serve until killed; the first line on stderr says where."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--reads", type=Path, metavar="FILE", help="answer each path with its type and text in FILE"
    )
    parser.add_argument("--upload", type=Path, metavar="DATABASE", help="take /api/upload")
    parser.add_argument("--jobs", type=int, default=1, help="how many jobs the database holds")
    parser.add_argument("--scrape", type=Path, metavar="FILE", help="answer with this file's bytes")
    chosen = parser.parse_args()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _serve(_app(chosen))


def _app(chosen: argparse.Namespace) -> WSGIApplication:
    if chosen.scrape is not None:
        return Bytes(chosen.scrape.read_bytes())
    app: App = falcon.App()
    if chosen.reads is not None:
        for path, (media_type, text) in json.loads(chosen.reads.read_text("utf-8")).items():
            app.add_route(path, Fixed(media_type, text.encode()))
    if chosen.upload is not None:
        writer = RawWriter(chosen.upload, chosen.jobs, POSTED_SINCE)
        app.add_route("/api/upload", PlainUpload(writer))
    return app


def _serve(app: WSGIApplication) -> None:
    server = create_server(
        app,
        listen="127.0.0.1:0",
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    server.adj.send_bytes = SEND_BYTES
    sys.stderr.write(f'listening url="http://127.0.0.1:{server.effective_port}"\n')
    sys.stderr.flush()
    server.run()


if __name__ == "__main__":
    main()
