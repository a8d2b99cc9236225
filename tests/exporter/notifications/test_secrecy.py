"""No part of an address but scheme and host is in what is told of it."""

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.notifications.secrecy import MAX_ERROR, without_secrets


@pytest.mark.parametrize(
    ("url", "text", "told"),
    [
        ("ntfy://ntfy.example/backups", "no topic backups at ntfy.example", "no topic *** at"),
        ("json://nas.example:8080/x", "nas.example:8080 refused", "nas.example:8080 refused"),
        ("json://10.0.0.7:8080/x", "10.0.0.7:8080 refused", "10.0.0.7:8080 refused"),
        ("json://[fe80::1]:80/x", "[fe80::1]:80 refused", "[fe80::1]:80 refused"),
        ("json://localhost/x", "localhost refused", "localhost refused"),
        ("mailto://anna:hunter2@mail.example", "535 anna hunter2", "535 *** ***"),
        ("mailto://mail.example?to=a@b.example,c@d.example", "550 c@d.example", "550 ***"),
        ("mailto://mail.example?pass=p%40ss%20word", "p@ss word", "***"),
        ("mailto://mail.example?pass=p%2540ss", "p@ss", "***"),
        ("mailto://mail.example?pass=two+words", "two words", "***"),
        ("json://u:p%C3%A4ss@nas.example", "PÄSS and p%c3%a4ss", "*** and ***"),
        ("json://nas.example?:key=a%27b%22c", r"""{'k': 'a\'b"c'}""", "{'k': '***'}"),
        ("tgram://123456789:abcdefg/chat", "bot 123456789:abcdefg", "bot ***"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/", "T1JJ3T3L2 unknown", "*** unknown"),
        ("json://nas/hook", "nas refused hook", "*** refused ***"),
        ("json://nas.example/ab?c=de", "ab de", "ab de"),
        ("no address but secret", "secret", "***"),
        ("json://anna:pw1@nas.example", "Basic YW5uYTpwdzE=", "Basic ***"),
        ("mailtos://nas.example?mode=starttls", "no STARTTLS", "no STARTTLS"),
        ("json://nas.example?flag", "flag", "***"),
        ("", "said nothing", "said nothing"),
    ],
)
def test_what_is_told_of_an_address(url: str, text: str, told: str) -> None:
    assert without_secrets(url, text).startswith(told)


def test_it_is_one_bounded_line() -> None:
    assert without_secrets("json://x.example", "a\r\n b\tc") == "a b c"
    told = without_secrets("json://x.example", "x" * 1000)
    assert len(told) == MAX_ERROR
    assert told.endswith("…")


SECRETS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="*:@,;&=/?#+%"),
    min_size=3,
)


@given(
    st.lists(SECRETS, min_size=5, max_size=5),
    st.sampled_from([str, repr, json.dumps, lambda each: quote(each, safe=""), quote_plus]),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_no_secret_is_ever_told(
    secrets: list[str], written: Callable[[str], str], around: str
) -> None:
    encoded = [quote(each, safe="") for each in secrets]
    url = "mailto://{}:{}@mail.example/{}?pass={}&+X-Token={}".format(*encoded)
    for secret in secrets:
        told = without_secrets(url, f"{around}{written(secret)} {secret}{around}")
        assert [each for each in secrets if each in told and each not in "mail.example"] == []
        assert secret not in without_secrets(url, url).removeprefix("mailto://")
