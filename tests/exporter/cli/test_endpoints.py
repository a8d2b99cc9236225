import socket
from typing import Any

import pytest

from exporter.cli.api_client import ClientError
from exporter.cli.endpoints import endpoints, hidden, places_of
from exporter.config import Config, load
from exporter.config.pull_targets import make_target

NAS = make_target("http://127.0.0.1:8200", name="nas")
TOKEN, OWN = "a-token-of-every-server", "a-token-of-the-nas-alone"


def config(**options: str) -> Config:
    return load(options, {})


def test_the_address_towards_the_server_leads_back() -> None:
    found = endpoints(config(listen="*:9777"), NAS, "", "nas")
    assert found.upload == "http://127.0.0.1:9777/api/upload"
    assert found.activity == "http://127.0.0.1:9777/api/activity"


def test_a_public_address_comes_before_it_and_a_given_one_before_both() -> None:
    settings = config(public_url="https://backups.example/x/")
    assert endpoints(settings, NAS, "", "nas").upload == "https://backups.example/x/api/upload"
    given = endpoints(settings, NAS, "http://monitor:9666/", "nas")
    assert given.upload == "http://monitor:9666/api/upload"


def test_a_prefix_is_in_it() -> None:
    settings = config(listen="127.0.0.1:9777", route_prefix="/backups")
    assert endpoints(settings, NAS, "", "nas").upload == "http://127.0.0.1:9777/backups/api/upload"


def test_a_daemon_that_only_its_machine_reaches_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("192.0.2.7", 1))
    with pytest.raises(ClientError, match=r"listens on 127\.0\.0\.1 only, which nas cannot reach"):
        endpoints(config(listen="127.0.0.1:9666"), NAS, "", "nas")


def test_a_server_whose_name_is_unknown_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:  # noqa: ANN401 - of the library
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ClientError, match="Name or service not known"):
        endpoints(config(), NAS, "", "nas")


@pytest.mark.parametrize(
    ("tokens", "sent"),
    [(TOKEN, TOKEN), (f"{TOKEN},{OWN} nas", OWN), (f"{OWN} desk,{TOKEN}", TOKEN)],
)
def test_a_servers_own_token_comes_before_one_of_all(tokens: str, sent: str) -> None:
    settings = config(upload_tokens=tokens)
    found = endpoints(settings, NAS, "http://monitor:9666", "nas")
    assert found.upload == f"http://monitor:9666/api/upload?token={sent}"
    assert found.activity.endswith(f"?token={sent}")
    assert hidden(found.upload) == "http://monitor:9666/api/upload?token=(token)"


@pytest.mark.parametrize("between", [";", ",", "&server=nas;", " -> ", "#"])
def test_a_token_that_only_its_address_has_is_hidden_too(between: str) -> None:
    text = f"http://a/api/upload?token={TOKEN}{between}https://b?x=1&token={OWN}"
    assert hidden(text) == f"http://a/api/upload?token=(token){between}https://b?x=1&token=(token)"


def test_no_token_is_needed_for_the_places() -> None:
    settings = config(upload_tokens=f"sha256:{'ab' * 32}")
    found = places_of(settings, NAS, "http://monitor:9666")
    assert found.upload == "http://monitor:9666/api/upload"
    assert found.activity == "http://monitor:9666/api/activity"


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        (f"{OWN} desk", "no upload token for nas can be sent"),
        (f"sha256:{'ab' * 32}", "no upload token for nas can be sent"),
        ("semicolon;in;a;token", "has a ; or a comma"),
    ],
)
def test_a_token_that_cannot_be_sent_is_told(tokens: str, why: str) -> None:
    with pytest.raises(ClientError, match=why):
        endpoints(config(upload_tokens=tokens), NAS, "http://monitor:9666", "nas")


def test_a_wrong_address_is_told() -> None:
    with pytest.raises(ClientError, match="--address"):
        endpoints(config(), NAS, "monitor", "nas")
