"""How pages are sent: tagged, packed, and with a policy that lets nothing foreign in."""

import gzip
from importlib import resources

import pytest
from falcon import testing

from api.page.assets import STYLES
from api.page.rendering import POLICY
from exporter.templating import short, shown
from tests.api.page.conftest import LAST
from tests.support.daemon import Daemon
from tests.support.reports_builder import duplicati_report

ASSETS = ["/page.css", "/page.js"]
PATHS = ["/", "/jobs/1", "/servers/1", "/digest", "/connect", "/sign-in", *ASSETS]


@pytest.fixture
def client(daemon: Daemon) -> testing.TestClient:
    daemon.upload(duplicati_report(began=LAST))
    return daemon.client


@pytest.mark.parametrize("path", PATHS)
def test_what_a_browser_has_already_is_not_sent_again(
    client: testing.TestClient, path: str
) -> None:
    answer = client.simulate_get(path)
    assert answer.headers["cache-control"] == "no-cache"
    again = client.simulate_get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", PATHS)
def test_who_takes_gzip_gets_the_same_packed(client: testing.TestClient, path: str) -> None:
    plain = client.simulate_get(path)
    packed = client.simulate_get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"]
    same_for_all = "Accept, Accept-Encoding"
    assert plain.headers["vary"] == same_for_all + (
        "" if path in ASSETS else ", Accept-Language, Cookie"
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_runs_and_loads_only_what_is_from_here(
    client: testing.TestClient, path: str
) -> None:
    assert client.simulate_get(path).headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY


def test_pages_have_neither_styles_nor_scripts_of_their_own(client: testing.TestClient) -> None:
    for path in PATHS[:3]:
        answer = client.simulate_get(path).text
        assert "style=" not in answer
        assert "<style" not in answer
        assert " onclick" not in answer
        assert (
            answer.count("<script") == answer.count('<script src="/page.js" defer></script>') == 1
        )


def test_an_asset_is_the_files_of_the_package(client: testing.TestClient) -> None:
    folder = resources.files("api.page")
    for path, names in {"/page.css": STYLES, "/page.js": ("page.js",)}.items():
        files = b"".join(folder.joinpath(name).read_bytes() for name in names)
        assert client.simulate_get(path).content == files


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Über, 写真 👨‍👩‍👧", "Über, 写真 👨‍👩‍👧"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\x00b\x1bc\x7f", "a�b�c�"),
        ("gnp.\u202egpj", "gnp.�gpj"),
        ("\u2066isolated\u2069", "�isolated�"),
        ("half \ud83d", "half �"),
        (7, 7),
    ],
)
def test_characters_that_nobody_sees_are_shown_as_such(text: object, seen: object) -> None:
    assert shown(text) == seen


@pytest.mark.parametrize(
    ("text", "cut"),
    [("abcd", "abcd"), ("abcde", "abc…"), ("abe\u0301de", "ab…"), ("", "")],
)
def test_a_long_name_is_cut_between_its_characters(text: str, cut: str) -> None:
    assert short(text, 4) == cut
