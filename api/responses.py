"""Answers: JSON with an ETag, so that an unchanged one costs no transfer."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, Self

import falcon
import msgspec

from exporter.auth import Scope

_NOTHING: Final = MappingProxyType[str, object]({})


class GetResource:
    """A resource that answers GET; HEAD gets the same without the body."""

    to_read: Scope | None = Scope.READ

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer GET."""
        raise NotImplementedError

    def on_head(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer HEAD; Falcon leaves the body out."""
        self.on_get(req, resp, **params)


class Answer(NamedTuple):
    """The bytes of an answer, and its ETag without quotes."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Return the answer with a body."""
        return cls(body, hashlib.blake2b(body, digest_size=12).hexdigest())

    def give(self, req: falcon.Request, resp: falcon.Response, media_type: str) -> None:
        """Answer a GET with it, or with 304 where the client has it already."""
        resp.set_headers((("ETag", f'"{self.tag}"'), ("Cache-Control", "no-cache")))
        if self._is_known(req):
            resp.status = falcon.HTTP_304
            return
        resp.content_type = media_type
        resp.data = self.body

    def _is_known(self, req: falcon.Request) -> bool:
        known = req.if_none_match
        return known is not None and any(entry in ("*", self.tag) for entry in known)


def success(
    req: falcon.Request,
    resp: falcon.Response,
    data: object,
    beside: Mapping[str, object] = _NOTHING,
) -> None:
    """Answer a GET with data; `beside` it stand other fields at the top level."""
    with_etag(req, resp, success_body(data, beside), falcon.MEDIA_JSON)


def success_body(data: object, beside: Mapping[str, object] = _NOTHING) -> bytes:
    """Return the body of such an answer."""
    return msgspec.json.encode({"status": "success", "data": data, **beside})


def ok_no_store(resp: falcon.Response, data: object) -> None:
    """Answer a request that changed something."""
    resp.content_type = falcon.MEDIA_JSON
    resp.set_header("Cache-Control", "no-store")
    resp.data = msgspec.json.encode({"status": "success", "data": data})


def with_etag(req: falcon.Request, resp: falcon.Response, body: bytes, media_type: str) -> None:
    """Answer a GET with a body, or with 304 where the client has it already."""
    Answer.of(body).give(req, resp, media_type)


def see_other(resp: falcon.Response, address: str) -> None:
    """Lead a browser to a page once a form is done, so that reloading does not send it again."""
    resp.status = falcon.HTTP_303
    resp.location = address
    resp.set_header("Cache-Control", "no-store")
