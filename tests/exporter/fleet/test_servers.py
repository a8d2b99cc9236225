from exporter.fleet.servers import Servers
from exporter.fleet.tags import Tags
from tests.support.strategies.state import server_named


def test_a_server_is_found_by_its_name_its_alias_or_a_machine_id() -> None:
    servers, nas = Servers(Tags()), server_named("nas", 1, alias="Cellar")
    servers.put(nas)
    servers.lead([("m-1", 1)])
    assert [servers.find(text) for text in ("nas", "Cellar", "m-1")] == [[nas]] * 3
    assert servers.find("NAS") == servers.find("1") == []


def test_all_servers_of_a_name_are_found_in_the_order_of_their_ids() -> None:
    servers, nas, other = Servers(Tags()), server_named("nas", 2), server_named("nas", 1)
    assert [servers.put(each) for each in (nas, other)] == [False, False]
    assert servers.find("nas") == [other, nas]
    assert servers.all() == [other, nas]


def test_a_changed_server_replaces_what_it_was() -> None:
    servers, before, after = Servers(Tags()), server_named("nas", 1), server_named("box", 1)
    servers.put(before)
    assert servers.put(after)
    assert not servers.put(after)
    assert servers.get(1) == servers[1] == after
    assert len(servers) == 1


def test_nothing_leads_to_a_server_that_is_gone() -> None:
    servers = Servers(Tags())
    servers.put(server_named("nas", 1))
    servers.lead([("m-1", 1)])
    servers.remove(1)
    assert servers.ids() == set()
    assert servers.by_machine_id("m-1") is None
    assert servers.find("m-1") == []
