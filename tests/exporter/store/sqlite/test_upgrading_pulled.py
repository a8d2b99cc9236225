"""A database from before pulls were noted opens, and notes them from then on."""

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from exporter.model.pulled import Pulled
from exporter.store.sqlite import Store
from tests.exporter.store.sqlite.test_upgrading import NOW, unpacked


def test_servers_are_as_they_were_and_nothing_was_pulled(tmp_path: Path) -> None:
    path = unpacked("before-pulled", tmp_path)
    with closing(Store(path)) as store:
        attic, nas = store.snapshot().servers
        assert [attic.name, attic.alias, attic.tags] == ["attic", "Attic", ("home",)]
        assert [attic.url, attic.pulled, nas.pulled] == ["https://attic:8200", None, None]
        store.note_pulled(attic.id, lambda _known: Pulled(NOW, paused=True))
    with closing(Store(path)) as store:
        expected = replace(attic, pulled=Pulled(NOW, paused=True))
        assert list(store.snapshot().servers) == [expected, nas]
