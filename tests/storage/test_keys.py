"""Which key of our bucket a stored location means."""

from __future__ import annotations

import pytest

from delula.config import S3Settings
from delula.storage import Store

STORE = Store(
    S3Settings(
        bucket="media",
        region="eu-west-1",
        endpoint_url="http://s3.internal:8333",
        public_endpoint_url="https://files.example.com",
        access_key_id="id",
        secret_access_key="secret",
    ),
    "https://cdn.example.com/",
)
AMAZON = Store(
    S3Settings(bucket="media", region="eu-west-1", access_key_id="id", secret_access_key="x"), None
)


@pytest.mark.parametrize(
    ("location", "key"),
    [
        ("generations/1.mp4", "generations/1.mp4"),
        ("/generations/1.mp4", "generations/1.mp4"),
        ("s3://media/generations/1.mp4", "generations/1.mp4"),
        ("http://s3.internal:8333/media/a/b.png", "a/b.png"),
        ("https://files.example.com/media/a/b.png", "a/b.png"),
        ("https://cdn.example.com/a/b.png", "a/b.png"),
        ("https://media.s3.eu-west-1.amazonaws.com/a/b.png", "a/b.png"),
        ("https://media.s3.amazonaws.com/a/b.png", "a/b.png"),
        ("https://s3.eu-west-1.amazonaws.com/media/a/b.png", "a/b.png"),
        ("https://s3.amazonaws.com/media/a/b.png", "a/b.png"),
        ("https://cdn.example.com/a%20b/%C3%A4%2B.png", "a b/ä+.png"),
        ("https://cdn.example.com/a.png?X-Amz-Signature=1&x=y#z", "a.png"),
        ("https://cdn.example.com/a%3Fb.png?v=2", "a?b.png"),
        ("a+b c.png", "a+b c.png"),
        ("a%20b.png", "a%20b.png"),
        ("library/user/../other/x.png", "library/user/../other/x.png"),
    ],
)
def test_a_location_in_the_bucket_has_a_key(location: str, key: str) -> None:
    assert STORE.key_of(location) == key


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "/",
        "//",
        "s3://media/",
        "s3://media",
        "s3://other/a.png",
        "s3://media2/a.png",
        "https://cdn.example.com/",
        "https://cdn.example.com",
        "https://cdn.example.com.evil.test/a.png",
        "https://cdn.example.com@evil.test/a.png",
        "https://evil.test/https://cdn.example.com/a.png",
        "https://other.s3.eu-west-1.amazonaws.com/a.png",
        "https://s3.eu-west-1.amazonaws.com/media-other/a.png",
        "https://media.s3.us-east-1.amazonaws.com/a.png",
        "http://cdn.example.com/a.png",
        "ftp://cdn.example.com/a.png",
        "https://cdn.example.com/?key=a.png",
        "//cdn.example.com/a.png",
        "//evil.test/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "data:text/html,<script>alert(1)</script>",
        "blob:https://cdn.example.com/1",
    ],
)
def test_a_location_elsewhere_has_none(location: str | None) -> None:
    assert STORE.key_of(location) is None


def test_links_of_the_cdn_hold_the_key_encoded() -> None:
    assert STORE.cdn_url("a b/ä#?.png") == "https://cdn.example.com/a%20b/%C3%A4%23%3F.png"
    assert AMAZON.cdn_url("a.png") is None


def test_presigning_uses_the_address_that_browsers_reach() -> None:
    url = STORE.presigned("a/b.png")
    assert url.startswith("https://files.example.com/media/a/b.png?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert "secret" not in url


def test_a_link_signed_with_keys_that_are_lent_names_the_loan() -> None:
    settings = S3Settings(
        "media", "eu-west-1", access_key_id="id", secret_access_key="x", session_token="lent"
    )
    assert "X-Amz-Security-Token=lent" in str(Store(settings, None).presigned("generations/1.mp4"))
