"""The settings: read from the environment once, checked, and frozen.

`load_settings()` is what the application calls; `Settings.from_environment()` is pure and tests call it.
Everything that is missing or wrong is named in one error, so that nobody has to start five times.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from flask import current_app
from psycopg.pq import Conninfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The folder that holds `app.py`, `.env` and `instance/`.
PROJECT = Path(__file__).resolve().parent.parent

SECRET_KEY_LENGTH = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: What a URL may name as its driver; psycopg is what the console connects with in every case.
POSTGRESQL_DRIVERS = ("postgres", "postgresql", "postgresql+psycopg")
#: Options of a URL as the driver of the product knows them (node-postgres), and what libpq calls the same.
NODE_OPTIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("ssl", "true"): {"sslmode": "require"},
    ("ssl", "1"): {"sslmode": "require"},
    ("sslmode", "no-verify"): {"sslmode": "require"},
    ("uselibpqcompat", "true"): {},
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class ConfigurationError(Exception):
    """The environment cannot be used; the message has one line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Environment(StrEnum):
    """What the console runs as; production is the strict one."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class S3Settings:
    """The bucket of the product's media.

    Attributes:
        bucket: name of the bucket.
        region: region that requests are signed for.
        endpoint_url: where the console reaches the service; None for Amazon's own address.
        public_endpoint_url: where browsers reach it, for presigned links; None as above.
        access_key_id: None leaves the choice of credentials to boto3 (profile, instance role).
        secret_access_key: belongs to `access_key_id`.
        session_token: belongs to both where they are lent for some hours only.
    """

    bucket: str
    region: str
    endpoint_url: str | None = None
    public_endpoint_url: str | None = None
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one running console; each is the lower-case name of its environment variable.

    Attributes:
        environment: from `DELULA_ENV`.
        database_url: always `postgresql+psycopg://…`.
        secret_key: signs sessions and tokens, at least 32 characters.
        s3: None where no bucket is configured: pages then say that media are not available.
        cdn_url: origin that serves public media, without a trailing slash.
        port: TCP port of the web server.
        proxy_hops: number of trusted reverse proxies in front.
        time_zone: name of the zone in which days begin and end for staff.
        environment_label: text of the strip that tells one console from another.
        session_idle_minutes: a session that rests longer ends.
        session_hours: a session older than this ends, however busy.
        log_level: one of `LOG_LEVELS`.
        https: whether browsers reach the console on HTTPS (Secure cookies, HSTS).
    """

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    environment: Environment = Environment.DEVELOPMENT
    s3: S3Settings | None = None
    cdn_url: str | None = None
    port: int = 8000
    proxy_hops: int = 0
    time_zone: str = "UTC"
    environment_label: str = "development"
    session_idle_minutes: int = 30
    session_hours: int = 12
    log_level: str = "INFO"
    https: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read settings from `environ`; an empty value counts as absent.

        Raises:
            ConfigurationError: names every problem, not just the first.
        """
        read = _Reader(environ)
        environment = Environment(
            read.choice("DELULA_ENV", tuple(Environment), default=Environment.DEVELOPMENT)
        )
        production = environment is Environment.PRODUCTION
        settings = cls(
            environment=environment,
            database_url=read.database_url(),
            secret_key=read.secret_key(required=production),
            s3=read.s3(),
            cdn_url=read.web_address("CDN_URL"),
            port=read.whole_number("PORT", default=8000, least=1, most=65535),
            proxy_hops=read.whole_number("PROXY_HOPS", default=0, least=0, most=10),
            time_zone=read.time_zone(),
            environment_label=read.text("ENVIRONMENT_LABEL") or environment.value,
            session_idle_minutes=read.whole_number("SESSION_IDLE_MINUTES", default=30, least=1, most=1440),
            session_hours=read.whole_number("SESSION_HOURS", default=12, least=1, most=720),
            log_level=read.choice("LOG_LEVEL", LOG_LEVELS, default="INFO"),
            https=read.yes_or_no("HTTPS", default=production),
        )
        if read.problems:
            raise ConfigurationError(read.problems)
        return settings


class _Reader:
    """Reads values one by one and collects what is wrong with them.

    A value at fault is answered with something harmless: the caller raises when `problems` is not empty.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name) or default
        for choice in choices:
            if value.casefold() == choice.casefold():
                return choice
        self.problems.append(f"{name} is {value!r}; it must be one of {', '.join(choices)}")
        return default

    def whole_number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self.problems.append(f"{name} is {value!r}; it must be a whole number from {least} to {most}")
        return default

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.casefold() in {"1", "true", "yes", "on"}:
            return True
        if value.casefold() not in {"0", "false", "no", "off"}:
            self.problems.append(f"{name} is {value!r}; it must be true or false")
        return False

    def web_address(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if usable and not any(character.isspace() or character in ";,'\"" for character in value):
            return value.rstrip("/")
        self.problems.append(f"{name} is {value!r}; it must be an address such as https://media.example.com")
        return None

    def time_zone(self) -> str:
        value = self.text("TIME_ZONE") or "UTC"
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # unknown; not a zone's name; a folder of the zone database
            self.problems.append(f"TIME_ZONE is {value!r}; it must be a zone such as UTC or Europe/Berlin")
        return value

    def database_url(self) -> str:
        value = self.text("DATABASE_URL")
        if value is None:
            self.problems.append(
                "DATABASE_URL is missing; for example postgresql://user:password@host/delula"
            )
            return ""
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        # The value is not repeated: it may hold a password.
        if url is None or url.drivername not in POSTGRESQL_DRIVERS:
            self.problems.append("DATABASE_URL must look like postgresql://user:password@host:5432/delula")
            return ""
        options = dict(url.query)
        for name, given in url.query.items():
            if (meant := NODE_OPTIONS.get((name, str(given)))) is not None:
                del options[name]
                options.update(meant)
        known = {option.keyword.decode() for option in Conninfo.get_defaults()}
        self.problems += [
            f"DATABASE_URL has the option {name!r}, which PostgreSQL's own library does not know"
            for name in sorted(set(options) - known)
        ]
        if options.get("sslmode", "prefer") not in SSL_MODES:
            self.problems.append(f"DATABASE_URL has an sslmode that is none of {', '.join(SSL_MODES)}")
        own = url.set(drivername="postgresql+psycopg", query=options)
        return own.render_as_string(hide_password=False)

    def secret_key(self, *, required: bool) -> str:
        value = self.text("SECRET_KEY")
        if value is None:
            if required:
                self.problems.append(
                    "SECRET_KEY is missing; in production it must be set, for example to the output of "
                    "python3 -c 'import secrets; print(secrets.token_hex(32))'"
                )
            return secrets.token_hex(SECRET_KEY_LENGTH)
        if len(value) < SECRET_KEY_LENGTH:
            self.problems.append(
                f"SECRET_KEY has {len(value)} characters; it must have at least {SECRET_KEY_LENGTH}"
            )
        return value

    def s3(self) -> S3Settings | None:
        bucket = self.text("S3_BUCKET")
        endpoint_url = self.web_address("S3_ENDPOINT_URL")
        public_endpoint_url = self.web_address("S3_PUBLIC_ENDPOINT_URL")
        access_key_id = self.text("AWS_ACCESS_KEY_ID")
        secret_access_key = self.text("AWS_SECRET_ACCESS_KEY")
        if bucket is None:
            if endpoint_url is not None:
                self.problems.append("S3_BUCKET is missing, while S3_ENDPOINT_URL is set")
            return None
        if (access_key_id is None) != (secret_access_key is None):
            absent = "AWS_ACCESS_KEY_ID" if access_key_id is None else "AWS_SECRET_ACCESS_KEY"
            self.problems.append(f"{absent} is missing, while its counterpart is set")
        return S3Settings(
            bucket=bucket,
            region=self.text("AWS_REGION") or self.text("AWS_DEFAULT_REGION") or "us-east-1",
            endpoint_url=endpoint_url,
            public_endpoint_url=public_endpoint_url or endpoint_url,
            access_key_id=access_key_id,
            secret_access_key=secret_access_key,
            session_token=self.text("AWS_SESSION_TOKEN"),
        )


def read_environment() -> dict[str, str]:
    """The environment of this process, completed by the project's `.env`; the process wins."""
    kept = {name: value for name, value in dotenv_values(PROJECT / ".env").items() if value is not None}
    return {**kept, **os.environ}


def load_settings() -> Settings:
    """Settings of this process, from its environment and the project's `.env`."""
    return Settings.from_environment(read_environment())


def current_settings() -> Settings:
    """Settings of the application at work."""
    settings = current_app.config["SETTINGS"]
    assert isinstance(settings, Settings)  # noqa: S101 - tells mypy what create_app put there
    return settings
