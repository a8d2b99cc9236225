import re
import tomllib

import pytest

from exporter.config.pull_targets import PullTarget, make_target, read_targets

PIN = "ab" * 32


def problems_of(text: str) -> list[str]:
    _, problems = read_targets(tomllib.loads(text).get("pull", []))
    return problems


def test_a_table_is_a_source() -> None:
    text = f"""
[[pull]]
url = "https://nas:8200/"
password_file = "/etc/duplistatus/nas"
fingerprint = "{":".join([PIN[:2].upper()] * 32)}"

[[pull]]
url = "http://127.0.0.1:8200/duplicati/"
password_file = "/etc/duplistatus/local"
name = "this one"

[[pull]]
url = "https://desk:8200"
token_file = "/etc/duplistatus/desk"
"""
    (nas, local, desk), problems = read_targets(tomllib.loads(text)["pull"])
    assert problems == []
    assert (nas.url, nas.name, nas.fingerprint) == ("https://nas:8200", "nas:8200", PIN)
    assert (local.url, local.name) == ("http://127.0.0.1:8200/duplicati", "this one")
    assert str(local.password_file) == "/etc/duplistatus/local"
    assert (desk.password_file, str(desk.token_file)) == (None, "/etc/duplistatus/desk")


def test_no_table_is_no_source() -> None:
    assert read_targets([]) == ((), [])


def test_every_fault_is_told_with_the_number_of_its_table() -> None:
    problems = problems_of("""
[[pull]]
url = "nas:8200"
pasword_file = "x"
[[pull]]
password_file = "x"
insecure = "yes"
name = 5
[[pull]]
url = "https://nas:8200"
password_file = "x"
fingerprint = "abc"
""")
    assert [problem[:6] for problem in problems] == ["pull 1"] * 3 + ["pull 2"] * 3 + ["pull 3"]
    told = "\n".join(problems)
    for part in (
        "pasword_file is unknown; expected one of url, password_file",
        "password_file is missing, or token_file",
        "'nas:8200' is not",
        "name must be a string that is not empty",
        "url is missing",
        "insecure must be true or false",
        "is not a SHA-256 fingerprint: write 64 hexadecimal digits",
    ):
        assert part in told


def test_a_password_and_a_token_are_one_too_many() -> None:
    table = '[[pull]]\nurl = "https://nas:8200"\npassword_file = "x"\ntoken_file = "y"\n'
    assert problems_of(table) == ["pull 1: password_file and token_file: keep one of them"]


@pytest.mark.parametrize("value", [5, ["nas"], {"url": "x"}])
def test_what_is_no_list_of_tables_is_refused(value: object) -> None:
    assert read_targets(value) == ((), ["pull must be tables, each started by a line [[pull]]"])


def test_two_of_one_name_are_refused() -> None:
    table = '[[pull]]\nurl = "https://nas:8200"\npassword_file = "x"\n'
    assert problems_of(table * 2) == [
        "pull: 2 tables are called nas:8200: give each a name of its own"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://nas",
        "https://",
        "https://nas:port",
        "https://nas:0",
        "https://nas:99999",
        "https://[::1",
        "https://nas:8200/ngax/index.html#/",
        "https://nas:8200?x=1",
    ],
)
def test_what_is_not_an_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(url))):
        make_target(url)


def test_what_is_not_an_address_is_refused_with_an_example() -> None:
    told = "'nas' is not an address of a server: write https://nas:8200"
    with pytest.raises(ValueError, match=f"^{told}$"):
        make_target("nas")


@pytest.mark.parametrize("url", ["https://me:secret@nas", "me:secret@nas", "ftp://me:secret@nas"])
def test_a_password_in_the_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"address") as refused:
        make_target(url)
    assert "secret" not in str(refused.value)


def test_trust_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="trusts any"):
        make_target("https://nas", fingerprint=PIN, insecure=True)
    with pytest.raises(ValueError, match="no certificate"):
        make_target("http://nas", fingerprint=PIN)


def test_an_address_and_a_port_are_the_name_that_nobody_gave() -> None:
    assert make_target("https://[2001:db8::1]:8200/") == PullTarget(
        "https://[2001:db8::1]:8200", "[2001:db8::1]:8200"
    )
