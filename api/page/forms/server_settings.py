"""POST /servers/{id}/settings and /not-a-duplicate: what people set for a server."""

import logging
from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from api import edits, query
from api.page.attempts import Attempt
from api.page.forms.form import Done, Form
from api.page.forms.typed import TypedForm
from api.sessions import Session
from exporter.language import gettext as _
from exporter.language import marked
from exporter.logs import log_fields
from exporter.model import Server

NAME = "settings"

_log = logging.getLogger(__name__)


class ServerFields(Struct, frozen=True):
    """What the form of the settings holds."""

    alias: str
    note: str
    tags: str
    url: str

    @classmethod
    def of(cls, server: Server, attempt: Attempt | None) -> "ServerFields":
        """Return what was sent and not saved, else what is set."""
        if attempt is not None and attempt.form == NAME:
            return cls(*(attempt.fields.get(name, "") for name in cls.__struct_fields__))
        tags = ", ".join(server.tags)
        return cls(server.alias or "", server.note or "", tags, server.url or "")


class _ServerForm(Form):
    def _set(self, session: Session, server_id: int, given: Mapping[str, object]) -> None:
        values = edits.of_server(given, self._services.clock)
        author = self._services.author(session)
        self._services.store.set_server(server_id, lambda own: replace(own, **values), author)
        told = log_fields(server_id=server_id, **values, session=session.id)
        _log.info("server changed", extra=told)


class SetServer(_ServerForm, TypedForm):
    """Sets the alias, the note, the tags and the address of a server."""

    name = NAME
    labels: ClassVar[Mapping[str, str]] = {
        "alias": marked("Alias"),
        "note": marked("Note"),
        "tags": marked("Tags"),
        "url": marked("Address of its Duplicati"),
    }

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        server_id = query.required_id(params["server_id"], "server")
        before = self._services.server(server_id)
        texts = {name: fields.get(name, "").strip() for name in ("alias", "note", "url")}
        given = {name: text or None for name, text in texts.items()}
        tags = edits.split_tags(fields.get("tags", ""))
        self._set(session, server_id, {**given, "tags": tags})
        return Done(self._told(before, self._services.server(server_id)))

    def _told(self, before: Server, after: Server) -> str:
        """Return which of the fields were changed."""
        changed = [
            _(label)
            for name, label in self.labels.items()
            if getattr(before, name) != getattr(after, name)
        ]
        if not changed:
            return _("Nothing was changed.")
        return _("Saved: {fields}.").format(fields=", ".join(changed))


class NotADuplicate(_ServerForm):
    """Says that a server is another machine than the one that it looks like."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        server_id = query.required_id(params["server_id"], "server")
        self._set(session, server_id, {"possibleDuplicateOf": None})
        return Done(_("Noted: the two are different machines."))
