import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.auth import (
    AdminTokenError,
    Authorizer,
    Scope,
    TokenGrant,
    load_or_make,
    path_beside,
    plain_token,
    read_admin_tokens,
    read_entries,
    read_tokens,
    session_key,
)

TOKEN = "a-token-of-these-tests"
OTHER = "another-token-of-these"
OTHERS = [Scope.UPLOAD, Scope.READ, Scope.METRICS]


def stored(token: str) -> str:
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"


def opened(authorizer: Authorizer, secret: str) -> set[Scope]:
    return {scope for scope in Scope if any(each.opens(scope) for each in authorizer.find(secret))}


def test_without_tokens_all_is_open_but_to_manage() -> None:
    authorizer = Authorizer(())
    assert [scope for scope in Scope if authorizer.is_open(scope)] == OTHERS


@pytest.mark.parametrize("scope", OTHERS)
def test_a_token_closes_its_scope_and_opens_it_to_who_has_it(scope: Scope) -> None:
    authorizer = Authorizer.from_entries({scope: [TOKEN]})
    assert not authorizer.is_open(scope)
    assert all(authorizer.is_open(each) for each in OTHERS if each is not scope)
    assert opened(authorizer, TOKEN) == {scope}
    assert opened(authorizer, OTHER) == set()


def test_the_admin_token_opens_everything() -> None:
    authorizer = Authorizer.from_entries({Scope.MANAGE: [TOKEN], Scope.READ: [OTHER]})
    assert opened(authorizer, TOKEN) == set(Scope)
    assert opened(authorizer, OTHER) == {Scope.READ}


def test_several_tokens_hold_at_once_plain_or_stored_as_sha_256() -> None:
    authorizer = Authorizer.from_entries({Scope.READ: [stored(TOKEN), OTHER]})
    assert opened(authorizer, TOKEN) == opened(authorizer, OTHER) == {Scope.READ}
    assert opened(authorizer, stored(TOKEN)) == set()


def test_no_token_is_kept_as_it_is_sent() -> None:
    authorizer = Authorizer.from_entries({Scope.READ: [TOKEN]})
    assert TOKEN not in repr(vars(authorizer))


def test_an_upload_token_may_be_good_for_one_server_only() -> None:
    authorizer = Authorizer.from_entries(
        {Scope.UPLOAD: read_entries(f"{TOKEN}  NAS in the attic\n{OTHER}\n")}
    )
    assert [grant.server for grant in authorizer.find(TOKEN)] == ["NAS in the attic"]
    assert [grant.server for grant in authorizer.find(OTHER)] == [None]


@pytest.mark.parametrize(
    "text",
    [
        f"{TOKEN},{OTHER}",
        f" {TOKEN} , {OTHER} ,",
        f"{TOKEN}\n{OTHER}",
        f"\n{TOKEN}\r\n\n  {OTHER}\n",
    ],
)
def test_entries_stand_one_a_line_or_with_commas_between(text: str) -> None:
    assert read_entries(text) == read_tokens(text) == (TOKEN, OTHER)


def test_a_name_may_hold_a_comma_where_each_entry_has_its_line() -> None:
    assert read_entries(f"{TOKEN} nas, old\n") == (f"{TOKEN} nas, old",)


def test_an_admin_token_may_have_the_name_of_who_has_it() -> None:
    entries = read_admin_tokens(f"{TOKEN} Ada of the night shift\n{stored(OTHER)}  Grace\n")
    authorizer = Authorizer.from_entries({Scope.MANAGE: entries})
    assert [grant.name for grant in authorizer.find(TOKEN)] == ["Ada of the night shift"]
    assert [grant.name for grant in authorizer.find(OTHER)] == ["Grace"]
    assert authorizer.session_keys == {session_key(TOKEN): "Ada of the night shift"}


def test_an_admin_token_without_a_name_is_the_admins() -> None:
    authorizer = Authorizer.from_entries({Scope.MANAGE: read_admin_tokens(TOKEN)})
    assert [(grant.name, grant.server) for grant in authorizer.find(TOKEN)] == [("admin", None)]


@pytest.mark.parametrize("name", ["x" * 41, "a\tb", "a\x1b[0m"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="the name in entry 2 must be at most 40 characters"):
        read_admin_tokens(f"{TOKEN}\n{OTHER} {name}\n")


@given(st.text(min_size=1))
def test_a_wrong_entry_is_told_by_its_number_and_never_shown(text: str) -> None:
    try:
        read_entries(text)
    except ValueError as error:
        told = str(error)
        assert told.startswith(("entry ", "contains no token"))
        assert all(word not in told for word in text.split() if len(word) > 9)


def test_the_token_that_commands_send_is_the_first_that_can_be_sent() -> None:
    assert plain_token([stored(TOKEN), OTHER, TOKEN]) == OTHER
    assert plain_token([stored(TOKEN)]) is None


@given(st.text())
def test_any_secret_can_be_asked_for(secret: str) -> None:
    assert Authorizer([TokenGrant(Scope.READ, b"digest")]).find(secret) == ()


def test_the_admin_token_is_made_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    database = tmp_path / "reports.sqlite"
    made = load_or_make(database)
    assert read_tokens(made) == (made,)
    assert load_or_make(database) == made
    assert path_beside(database).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "is empty"), (b"\n", "is empty"), (b"\xff", "cannot be used")]
)
def test_a_file_that_holds_no_admin_token_is_named(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path_beside(tmp_path / "reports.sqlite").write_bytes(content)
    with pytest.raises(AdminTokenError, match=f"reports.sqlite.admin-token {told}"):
        load_or_make(tmp_path / "reports.sqlite")


def test_an_admin_token_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(AdminTokenError, match="give this user access"):
        load_or_make(tmp_path / "no such folder" / "reports.sqlite")


def test_the_key_of_sessions_is_known_of_tokens_that_are_stored_as_sent() -> None:
    authorizer = Authorizer.from_entries({Scope.MANAGE: [TOKEN, stored(OTHER)]})
    assert authorizer.session_keys == {session_key(TOKEN): "admin"}
    assert Authorizer.from_entries({Scope.READ: [TOKEN]}).session_keys == {}


def test_somebody_can_manage_where_there_is_an_admin_token() -> None:
    assert Authorizer.from_entries({Scope.MANAGE: [stored(TOKEN)]}).can_manage
    assert not Authorizer.from_entries({Scope.READ: [TOKEN]}).can_manage
