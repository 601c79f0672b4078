"""The settings: what they default to, what they refuse, and what they keep to themselves."""

from __future__ import annotations

import pytest

from delula.config import ConfigurationError, Environment, S3Settings, Settings

URL = "postgresql://user:hunter22@db.example.com:5432/delula?sslmode=require"
KEY = "k" * 32


def read(**environ: str) -> Settings:
    """Settings from a database and the given variables."""
    return Settings.from_environment({"DATABASE_URL": URL, **environ})


def problems(**environ: str) -> tuple[str, ...]:
    """What is wrong with the given variables."""
    with pytest.raises(ConfigurationError) as caught:
        read(**environ)
    return caught.value.problems


def test_a_database_is_all_that_development_needs() -> None:
    settings = read()
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.environment_label == "development"
    assert (settings.port, settings.proxy_hops, settings.time_zone) == (8000, 0, "UTC")
    assert (settings.session_idle_minutes, settings.session_hours) == (30, 12)
    assert settings.s3 is None
    assert settings.cdn_url is None
    assert not settings.https


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_leads_to_psycopg_and_keeps_password_and_options(scheme: str) -> None:
    settings = read(DATABASE_URL=URL.replace("postgresql", scheme, 1))
    assert settings.database_url == URL.replace("postgresql", "postgresql+psycopg", 1)


@pytest.mark.parametrize(
    "url", ["mysql://host/db", "postgresql+asyncpg://host/db", "host/db", "postgresql://h:x/d"]
)
def test_a_url_of_anything_else_is_refused_without_repeating_it(url: str) -> None:
    (problem,) = problems(DATABASE_URL=url)
    assert problem.startswith("DATABASE_URL must look like")
    assert url not in problem


@pytest.mark.parametrize(
    ("product", "ours"),
    [
        ("?ssl=true", "?sslmode=require"),
        ("?sslmode=no-verify&uselibpqcompat=true", "?sslmode=require"),
        ("?options=endpoint%3Dcool-lake", "?options=endpoint%3Dcool-lake"),
    ],
)
def test_a_url_of_the_products_own_driver_works_too(product: str, ours: str) -> None:
    read_url = read(DATABASE_URL=f"postgres://user@db.example.com/delula{product}").database_url
    assert read_url == f"postgresql+psycopg://user@db.example.com/delula{ours}"


@pytest.mark.parametrize("option", ["schema=public", "connection_limit=1", "sslmode=perhaps"])
def test_an_option_that_no_connection_would_take_is_named_at_start(option: str) -> None:
    (problem,) = problems(DATABASE_URL=f"postgresql://user:hunter22@db.example.com/delula?{option}")
    assert problem.startswith("DATABASE_URL has")
    assert option.partition("=")[0] in problem
    assert "hunter22" not in problem


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(
            {
                "DELULA_ENV": "production",
                "PORT": "eighty",
                "PROXY_HOPS": "-1",
                "TIME_ZONE": "Mars/Olympus",
                "CDN_URL": "ftp://media.example.com",
                "S3_ENDPOINT_URL": "https://s3.example.com",
                "SESSION_HOURS": "0",
                "LOG_LEVEL": "loud",
                "HTTPS": "maybe",
            }
        )
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "DATABASE_URL",
        "SECRET_KEY",
        "S3_BUCKET",
        "CDN_URL",
        "PORT",
        "PROXY_HOPS",
        "TIME_ZONE",
        "SESSION_HOURS",
        "LOG_LEVEL",
        "HTTPS",
    ]


def test_an_unknown_environment_is_refused() -> None:
    assert problems(DELULA_ENV="prod") == (
        "DELULA_ENV is 'prod'; it must be one of production, development, test",
    )


def test_production_refuses_to_start_without_a_secret_key() -> None:
    (problem,) = problems(DELULA_ENV="production")
    assert problem.startswith("SECRET_KEY is missing")


def test_a_short_secret_key_is_refused_everywhere_and_not_repeated() -> None:
    assert problems(SECRET_KEY="hunter22") == ("SECRET_KEY has 8 characters; it must have at least 32",)


def test_development_without_a_secret_key_gets_a_new_one_each_time() -> None:
    assert read().secret_key != read().secret_key


def test_production_expects_https_unless_told_otherwise() -> None:
    assert read(DELULA_ENV="production", SECRET_KEY=KEY).https
    assert not read(DELULA_ENV="production", SECRET_KEY=KEY, HTTPS="false").https


def test_an_empty_value_counts_as_absent() -> None:
    assert read(PORT="", S3_BUCKET=" ", HTTPS="", DELULA_ENV="").port == 8000


def test_a_bucket_brings_its_endpoint_to_browsers_unless_they_have_another() -> None:
    settings = read(S3_BUCKET="media", S3_ENDPOINT_URL="http://s3:9000/", AWS_DEFAULT_REGION="eu-west-1")
    assert settings.s3 == S3Settings(
        bucket="media",
        region="eu-west-1",
        endpoint_url="http://s3:9000",
        public_endpoint_url="http://s3:9000",
    )
    other = read(
        S3_BUCKET="media",
        S3_ENDPOINT_URL="http://s3:9000",
        S3_PUBLIC_ENDPOINT_URL="https://media.example.com",
    )
    assert other.s3 is not None
    assert other.s3.public_endpoint_url == "https://media.example.com"


@pytest.mark.parametrize(
    ("given", "absent"),
    [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")],
)
def test_half_a_pair_of_keys_is_refused(given: str, absent: str) -> None:
    assert problems(S3_BUCKET="media", **{given: "half"}) == (
        f"{absent} is missing, while its counterpart is set",
    )


@pytest.mark.parametrize(
    "address", ["https://a.example; script-src *", "https://a.example b", "https://[x", "//a"]
)
def test_an_address_that_could_break_out_of_a_header_is_refused(address: str) -> None:
    assert len(problems(CDN_URL=address)) == 1


def test_secrets_are_never_shown() -> None:
    settings = read(
        SECRET_KEY=KEY,
        S3_BUCKET="media",
        AWS_ACCESS_KEY_ID="AKIAHUNTER",
        AWS_SECRET_ACCESS_KEY="hunter33",
        AWS_SESSION_TOKEN="hunter44",
    )
    secrets = ("hunter22", KEY, "AKIAHUNTER", "hunter33", "hunter44")
    assert not [secret for secret in secrets if secret in repr(settings)]
