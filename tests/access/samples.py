"""Values for the variable parts of URLs, so that a test can walk all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule

    from delula.models.staff import Staff

#: By name of the variable, for those whose page should exist; others get a harmless value of their type.
SAMPLES: dict[str, Callable[[Callable[..., Staff]], object]] = {
    "staff_id": lambda staff_member: staff_member().id,
}

#: By converter; these things do not exist, and a page that says so is as good an answer as any.
HARMLESS = {"IntegerConverter": 999_999_999, "FloatConverter": 1.5, "PathConverter": "missing/file"}


def sample_url(app: Flask, rule: Rule, staff_member: Callable[..., Staff]) -> str:
    """A URL that leads to the route."""
    values = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        values[name] = SAMPLES[name](staff_member) if name in SAMPLES else HARMLESS.get(converter, "missing")
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)
