"""Addresses in a store, and what a store says against it in words that help."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.batch.store import Address, _connected, _told
from briefgen.errors import UsageFault


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
    with pytest.raises(UsageFault) as fault:
        Address.read(text)
    assert [problem.code for problem in fault.value.problems] == ["store-unclear"]


@pytest.mark.parametrize(
    "text", ["s3://bucket", "s3://bucket/", "s3://bucket/spring 2026/to-all/", "s3://b.c/a"]
)
def test_an_address_reads_as_it_is_written(text: str):
    assert str(Address.read(text)) == text.removesuffix("/")


@given(st.text(max_size=40))
def test_no_address_leads_out_of_its_prefix(text: str):
    with suppress(UsageFault):
        address = Address.read(f"s3://bucket/{text}")
        assert address.prefix == text.removesuffix("/")
        assert not {"", ".", ".."} & set(address.prefix.split("/")) or not address.prefix
        assert Address.read(str(address)) == address


SAID = {
    "Error performing PUT https://s3.us-east-1.amazonaws.com/b/x in 2ms - Server returned non-2xx status code: 403 "
    "Forbidden: <?xml?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n\nDebug source: …": (
        "store-refused",
        "the store refuses: AccessDenied: Access Denied",
        "look at AWS_ACCESS_KEY_ID",
    ),
    "Generic S3 error: Received redirect without LOCATION, this normally indicates an incorrectly configured region": (
        "store-refused",
        "the store refuses: the bucket lies in another region",
        "set AWS_REGION",
    ),
    "Error performing HEAD https://x/b/y in 3ms - Server returned non-2xx status code: 403 Forbidden: \n\nDebug": (
        "store-refused",
        "the store refuses: 403 Forbidden",
        "look at AWS_ACCESS_KEY_ID",
    ),
    "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 1ms, after 6 retries": (
        "store-credentials",
        "there are no credentials for this store",
        "set AWS_ACCESS_KEY_ID",
    ),
    "Error performing PUT https://x/b/y in 9s, after 6 retries - Server returned error response: 503 Slow Down": (
        "store-unreachable",
        "no proper answer from the store: Server returned error response: 503 Slow Down",
        "look at the network",
    ),
}


@pytest.mark.parametrize("said", SAID, ids=range(len(SAID)))
def test_what_a_store_says_is_told_with_what_to_do(said: str):
    problem = _told("s3://b/x", said)
    assert (problem.code, problem.message) == SAID[said][:2]
    assert problem.hint and problem.hint.startswith(SAID[said][2])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_goes_out_unencrypted_unless_the_endpoint_says_so(
    scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{scheme}://127.0.0.1:9")
    options = _connected(Address("letters", ""), 0).client_options
    assert options["allow_http"] in ((True, "true") if scheme == "http" else (False, "false"))
