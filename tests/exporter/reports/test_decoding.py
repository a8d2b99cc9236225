"""Bodies whose bytes are odd: they are read, and what no text can hold is replaced and named."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Status
from exporter.reports import read_report
from exporter.reports.decoding import decode_json, decode_text
from tests.exporter.reports.bodies import (
    as_json,
    details,
    documented,
    duplicati,
    form,
    problems,
    text_report,
)

NAME = "Größe täglich"
TEXT = text_report(NAME, "ParsedResult: Success", "ErrorsActualLength: 0")
JSON = duplicati(extra={"backup-name": NAME})
UTF_16 = [
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-16-le", b""),
    ("utf-16-be", b""),
]


@pytest.mark.parametrize("body", [TEXT, JSON, documented({"name": NAME})])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_latin_1_is_read(body: bytes, encoding: str) -> None:
    report = read_report(body.decode().encode(encoding))

    assert (report.backup, report.run.status) == (NAME, Status.SUCCESS)
    assert report.log.details == ()


@pytest.mark.parametrize("body", [TEXT, JSON, documented({"name": NAME})])
@pytest.mark.parametrize(("encoding", "mark"), UTF_16)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_utf_16_is_read_with_a_mark_and_without(
    body: bytes, encoding: str, mark: bytes, end: bytes
) -> None:
    report = read_report(mark + body.decode().encode(encoding) + end)

    assert (report.backup, report.run.status) == (NAME, Status.SUCCESS)
    assert report.log.details == ()


def test_signs_of_windows_are_read() -> None:
    assert read_report(
        duplicati(extra={"backup-name": "5 €"}).decode().encode("cp1252")
    ).backup == ("5 €")


@pytest.mark.parametrize("byte", [b"\x81", b"\x8d", b"\xff"])
def test_one_odd_byte_spoils_nothing_else(byte: bytes) -> None:
    body = duplicati(extra={"backup-name": NAME}, LogLines=["[Error-A-B]: x@x"])
    report = read_report(body.replace(b"x@x", b"x" + byte + b"x"))

    assert report.backup == NAME
    assert report.log.messages[0].text.startswith("[Error-A-B]: x")


@pytest.mark.parametrize("escaped", ["\\ud800", "\\udc00\\ud800", "Photos \\ud83d"])
def test_half_a_character_in_an_escape_is_replaced_and_named(escaped: str) -> None:
    body = b'{"Data":{"ParsedResult":"Success"},"Extra":{"backup-name":"%s"}}' % escaped.encode()
    report = read_report(body)

    assert report.run.status is Status.SUCCESS
    assert report.backup.endswith("\ufffd")
    assert [detail.partition(":")[0] for detail in report.log.details] == ["Extra.backup-name"]


@pytest.mark.parametrize("body", [TEXT, JSON])
def test_half_a_character_as_it_is_is_replaced_and_named(body: bytes) -> None:
    report = read_report(body.replace(NAME.encode(), b"Photos \xed\xa0\xbd"))

    assert report.backup == "Photos \ufffd"
    assert report.run.status is Status.SUCCESS


@pytest.mark.parametrize(("encoding", "mark"), UTF_16)
def test_half_a_character_in_utf_16_is_replaced_and_named(encoding: str, mark: bytes) -> None:
    body = duplicati(extra={"backup-name": "Photos @"}).decode().replace("@", "\ud800")
    report = read_report(mark + body.encode(encoding, "surrogatepass"))

    assert report.backup == "Photos \ufffd"
    assert report.log.details


def test_half_a_character_in_a_line_of_the_log_loses_no_line() -> None:
    body = duplicati(LogLines=["[Error-A-B]: @", "[Warning-A-B]: kept"])
    report = read_report(body.replace(b"@", b"\\ud800"))

    assert [line.text for line in report.log.messages] == [
        "[Error-A-B]: \ufffd",
        "[Warning-A-B]: kept",
    ]
    assert report.log.details


def test_half_a_character_in_a_result_leaves_it_unknown() -> None:
    body = duplicati({"ParsedResult": "Succ@ess"}).replace(b"@", b"\\ud800")

    assert read_report(body).run.status is Status.UNKNOWN


def test_half_a_character_in_the_documented_shape_is_named_to_its_author() -> None:
    body = documented({"name": "daily @"}).replace(b"@", b"\\ud800")

    assert [problem.field for problem in problems(body)] == ["backup.name"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000])
@pytest.mark.parametrize("key", ["AddedFiles", "AFieldOfNextYear"])
def test_number_beyond_all_range_is_left_out_and_named(number: str, key: str) -> None:
    body = f'{{"Data":{{"ParsedResult":"Success","{key}":{number}}}}}'.encode()
    report = read_report(body)

    assert report.run.status is Status.SUCCESS
    assert report.counted == {}
    assert [detail.partition(":")[0] for detail in report.log.details] == [f"Data.{key}"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000])
def test_number_of_errors_beyond_all_range_is_no_success(number: str) -> None:
    body = f'{{"Data":{{"ParsedResult":"Success","ErrorsActualLength":{number}}}}}'.encode()

    assert read_report(body).run.status is Status.WARNING


@pytest.mark.parametrize("number", ["NaN", "Infinity", "9" * 5000])
def test_number_beyond_all_range_in_the_documented_shape_is_refused(number: str) -> None:
    body = documented({"files": 7}).replace(b":7", b":" + number.encode())

    assert [problem.field for problem in problems(body)] == ["backup.files"]


def test_line_ends_within_a_text_of_json_are_read() -> None:
    body = duplicati(Exception="disk@full").replace(b"@", b"\n")

    assert read_report(body).run.reason == "disk\nfull"


@pytest.mark.parametrize("around", [("\ufeff", ""), ("\n\ufeff ", "\n"), ("", "\0"), ("", "\0\0")])
def test_marks_and_zeros_around_a_body_are_passed_over(around: tuple[str, str]) -> None:
    before, behind = around

    assert read_report(before.encode() + JSON + behind.encode()).backup == NAME


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_a_form_of_any_encoding_is_read(encoding: str) -> None:
    assert read_report(form(message=TEXT.decode().encode(encoding))).backup == NAME
    assert read_report(form(message=JSON.decode().encode(encoding))).backup == NAME


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_mark_within_a_form_is_passed_over(mark: str) -> None:
    assert read_report(form(message=mark.encode() + JSON)).backup == NAME


@given(st.text(st.characters(max_codepoint=255)).map(lambda text: "{" + text))
def test_any_text_of_latin_1_becomes_text(text: str) -> None:
    decode_text(text.encode("latin-1")).encode()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))  # a zero shows UTF-16
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert decode_text(b"{" + text.encode() + b"}") == "{" + text + "}"


@given(st.binary())
def test_any_bytes_become_a_text_that_can_be_stored(body: bytes) -> None:
    decode_text(body).encode()


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.tuples(inner)))
def test_json_with_halves_of_characters_is_read_as_whole_json_is(value: object) -> None:
    whole = as_json([value])
    halved = whole[:-1] + b',"\\ud800"]'

    assert decode_json(halved)[:-1] == decode_json(whole) == json.loads(whole)


def test_what_is_odd_is_named_by_its_place() -> None:
    body = duplicati({"TestResults": {"Verifications": [{"Key": "@"}]}}).replace(b"@", b"\\ud800")

    assert [told.partition(":")[0] for told in details(body)] == [
        "Data.TestResults.Verifications.Key"
    ]


def test_a_text_of_latin_1_alone_is_read_at_once() -> None:
    body = duplicati(extra={"backup-name": NAME}, LogLines=["ä" * 200_000]).decode()
    report = read_report(body.encode("latin-1"))

    assert report.backup == NAME
    assert report.log.messages[0].text.startswith("ää")
