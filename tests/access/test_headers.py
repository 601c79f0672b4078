from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, request, session

from delula.access.permissions import Role
from delula.config import S3Settings, Settings
from delula.web.security import content_security_policy, init_security_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

KEY = "k" * 32


def settings(**values: object) -> Settings:
    return Settings(**{"database_url": "postgresql+psycopg://x", "secret_key": KEY, **values})  # type: ignore[arg-type]


def bare(**values: object) -> Flask:
    """An application with nothing but the headers."""
    app = Flask("bare")
    app.config.update(SETTINGS=settings(**values), SECRET_KEY=KEY)
    init_security_headers(app)

    @app.get("/")
    def index() -> str:
        session["x"] = 1
        return f"{request.remote_addr} {request.scheme} {request.host}"

    return app


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/static/missing.css", "/account/"])
def test_every_answer_says_what_browsers_may_do(path: str, client: FlaskClient) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_pages_are_asked_for_again_and_secrets_never_kept(as_role: Callable[[Role], FlaskClient]) -> None:
    client = as_role(Role.VIEWER)
    assert client.get("/account/").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/account/second-factor").headers["Cache-Control"] == "no-store"


def test_media_may_come_from_the_bucket_and_the_cdn_only() -> None:
    own = S3Settings(
        bucket="b", region="r", endpoint_url="http://inside:1", public_endpoint_url="https://s3.x/y"
    )
    policy = content_security_policy(settings(s3=own, cdn_url="https://cdn.example/media"))
    assert "img-src 'self' data: https://s3.x https://cdn.example;" in policy
    assert "media-src 'self' https://s3.x https://cdn.example;" in policy
    amazon = content_security_policy(settings(s3=S3Settings(bucket="b", region="eu-west-1")))
    assert "https://s3.eu-west-1.amazonaws.com https://b.s3.eu-west-1.amazonaws.com" in amazon


def test_on_https_the_cookie_belongs_to_this_host_alone() -> None:
    response = bare(https=True).test_client().get("/", base_url="https://console.example")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-delula=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert response.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_without_https_two_consoles_on_one_machine_do_not_share_a_cookie() -> None:
    response = bare(port=8001).test_client().get("/")
    assert response.headers["Set-Cookie"].startswith("delula-8001=")
    assert "Strict-Transport-Security" not in response.headers


def test_a_proxy_is_believed_only_where_one_is_configured() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"}
    assert bare().test_client().get("/", headers=forwarded).text == "127.0.0.1 http localhost"
    assert bare(proxy_hops=1).test_client().get("/", headers=forwarded).text == "203.0.113.5 https evil"
