"""What browsers are told to allow: response headers and the session cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from delula.config import Settings

#: Two years; for this host only, as what its subdomains do is not ours to decide.
HSTS = "max-age=63072000"

#: Features that no page uses, so that nothing on a page can.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


def origin(url: str) -> str:
    """Scheme, host and port of `url`, as a Content-Security-Policy names a source."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def content_security_policy(settings: Settings) -> str:
    """Only our own files run and style; media also come from the bucket and the CDN, and go to the bucket."""
    store = "".join(f" {source}" for source in _store_sources(settings))
    media = f"{store} {origin(settings.cdn_url)}" if settings.cdn_url else store
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{media}",
            f"media-src 'self'{media}",
            "font-src 'self'",
            f"connect-src 'self'{store}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "manifest-src 'self'",
        )
    )


def _store_sources(settings: Settings) -> list[str]:
    """Where browsers reach the bucket."""
    if settings.s3 is None:
        return []
    if endpoint := settings.s3.public_endpoint_url or settings.s3.endpoint_url:
        return [origin(endpoint)]
    # Amazon's own addresses of the bucket, by path and by host name.
    region, bucket = settings.s3.region, settings.s3.bucket
    return [f"https://s3.{region}.amazonaws.com", f"https://{bucket}.s3.{region}.amazonaws.com"]


def init_security_headers(app: Flask) -> None:
    """Set the headers of every response, the session cookie, and which proxies are believed."""
    settings: Settings = app.config["SETTINGS"]
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # the documented way to add middleware
    app.config.update(
        # Cookies do not know ports: two consoles on one machine must not sign each other out.
        SESSION_COOKIE_NAME="__Host-delula" if settings.https else f"delula-{settings.port}",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.https:
        headers["Strict-Transport-Security"] = HSTS

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.extend(headers)
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            # Not `no-store`: that would lose scroll position and typed text on the Back button. The browser
            # asks again before it shows a kept page, and signing out clears what it has kept.
            response.headers["Cache-Control"] = "private, no-cache"
        return response
