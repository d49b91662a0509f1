"""Addresses in a store, and what a store says against it in words that help."""

import itertools
import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.batch.outputs.s3_client import S3Address, S3Client, _create_store, _problem_from_error
from briefgen.errors import StorageError, UsageError


@pytest.mark.parametrize(
    "text",
    [
        "s3://b/p/",
        "s3://",
        "s3:///x",
        "gs://bucket",
        "s3://bucket//x",
        "s3://bucket/../x",
        "s3://bucket/a/./b",
        "s3://bucket/a?b",
        "s3://bucket/ a/b",
        "s3://bucket/a\nb",
        "s3://bucket/Łódź",
        "s3://user:pw@bucket/x",
    ],
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(UsageError) as fault:
        S3Address.parse(text)
    assert [problem.code for problem in fault.value.problems] == ["store-unclear"]


@pytest.mark.parametrize(
    "text", ["s3://bucket", "s3://bucket/", "s3://bucket/spring 2026/to-all/", "s3://b.c/a"]
)
def test_an_address_reads_as_it_is_written(text: str):
    assert str(S3Address.parse(text)) == text.removesuffix("/")


@given(st.text(max_size=40))
def test_no_address_leads_out_of_its_prefix(text: str):
    with suppress(UsageError):
        address = S3Address.parse(f"s3://bucket/{text}")
        assert address.prefix == text.removesuffix("/")
        assert not {"", ".", ".."} & set(address.prefix.split("/")) or not address.prefix
        assert S3Address.parse(str(address)) == address


SAID = {
    "Error performing PUT https://s3.us-east-1.amazonaws.com/b/x in 2ms - Server returned non-2xx status code: 403 "
    "Forbidden: <?xml?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n\nDebug source: …": (
        "store-refused",
        "the store refuses access: AccessDenied: Access Denied",
        "check AWS_ACCESS_KEY_ID",
    ),
    "Generic S3 error: Received redirect without LOCATION, this normally indicates an incorrectly configured region": (
        "store-refused",
        "the store refuses access: the bucket is in another region",
        "set AWS_REGION",
    ),
    "Error performing HEAD https://x/b/y in 3ms - Server returned non-2xx status code: 403 Forbidden: \n\nDebug": (
        "store-refused",
        "the store refuses access: 403 Forbidden",
        "check AWS_ACCESS_KEY_ID",
    ),
    "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 1ms, after 6 retries": (
        "store-credentials",
        "there are no credentials for this store",
        "set AWS_ACCESS_KEY_ID",
    ),
    "Error performing PUT https://x/b/y in 9s, after 6 retries - Server returned error response: 503 Slow Down": (
        "store-unreachable",
        "no valid answer from the store: Server returned error response: 503 Slow Down",
        "check the network",
    ),
}


@pytest.mark.parametrize("said", SAID, ids=range(len(SAID)))
def test_what_a_store_says_is_told_with_what_to_do(said: str):
    problem = _problem_from_error("s3://b/x", said)
    assert (problem.code, problem.message) == SAID[said][:2]
    assert problem.hint and problem.hint.startswith(SAID[said][2])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_goes_out_unencrypted_unless_the_endpoint_says_so(
    scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{scheme}://127.0.0.1:9")
    options = _create_store(S3Address("letters", ""), 0).client_options
    assert options["allow_http"] in ((True, "true") if scheme == "http" else (False, "false"))


def test_what_a_store_says_moves_no_cursor_and_stands_in_one_line():
    said = (
        "status code: 403 Forbidden: <Code>AccessDenied</Code><Message>\x1b[31mnot\nfor &lt;you&gt;</Message>"
    )
    assert (
        _problem_from_error("s3://b/x", said).message
        == "the store refuses access: AccessDenied: [31mnot for <you>"
    )


@pytest.mark.parametrize(
    "said",
    [
        'Encountered object with invalid path: Path "a/x//y.pdf" contained empty path segment\n\nDebug source',
        'Encountered object with invalid path: Error parsing Path "a/x//y.pdf": Encountered illegal character',
    ],
)
def test_an_object_whose_name_cannot_be_read_is_named(said: str):
    problem = _problem_from_error("s3://b/a", said)
    assert (problem.code, "'a/x//y.pdf'" in problem.message) == ("store-name", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL", "127.0.0.1:9000"),
        ("AWS_ENDPOINT_URL", "minio"),
        ("AWS_ENDPOINT_URL", "http://somebody:secret@127.0.0.1:1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:port"),
        ("AWS_REGION", "eu\nwest"),
        ("AWS_SESSION_TOKEN", "secret\nsecret"),
        ("AWS_ACCESS_KEY_ID", "secret\n"),
        ("AWS_SECRET_ACCESS_KEY", "secret "),
        ("AWS_SKIP_SIGNATURE", "maybe"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told_and_no_secret_with_it(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    for other in [other for other in os.environ if other.startswith("AWS_")]:
        monkeypatch.delenv(other)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    monkeypatch.setenv(name, value)
    with pytest.raises(StorageError) as fault:
        S3Client(S3Address("letters", ""), 0).find_object("x")
    assert [problem.code for problem in fault.value.problems] == ["store-settings"]
    assert "secret" not in str(fault.value)
    assert capfd.readouterr().err == ""


class PanicException(BaseException):
    """As the library calls what it raises where it gives up."""


def test_a_library_that_gives_up_is_a_fault_of_storage(monkeypatch: pytest.MonkeyPatch):
    def give_up(*_: object) -> None:
        raise PanicException("no such thing")

    monkeypatch.setattr("briefgen.batch.outputs.s3_client._create_store", lambda *_: object())
    monkeypatch.setattr("obstore.head", give_up)
    with pytest.raises(StorageError, match="no such thing"):
        S3Client(S3Address("letters", "")).find_object("x")


def test_a_store_that_repeats_itself_is_not_listed_for_ever(monkeypatch: pytest.MonkeyPatch):
    page = [{"path": "letters/a.pdf", "size": 1, "e_tag": None}]
    monkeypatch.setattr("briefgen.batch.outputs.s3_client._create_store", lambda *_: object())
    monkeypatch.setattr("obstore.list", lambda *_: itertools.repeat(page))
    with pytest.raises(StorageError, match="again and again"):
        S3Client(S3Address("letters", "")).list_objects("letters")
