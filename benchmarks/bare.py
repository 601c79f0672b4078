"""What a page costs at least: Flask, and a table of 50 rows in Jinja."""

from __future__ import annotations

from flask import Flask, render_template_string

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>{{ title }}</title></head><body>
<table>
<thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr>{% for name in names %}<td>{{ row[name] }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
</body></html>"""

_NAMES = ("id", "status", "recipe", "prompt", "user", "type", "cost", "duration", "created")


def bare_app() -> Flask:
    """An app with the one page `/`: nine columns, as the list of generations has at first."""
    app = Flask(__name__)
    rows = [{name: f"{name} <{number}>" for name in _NAMES} for number in range(50)]

    @app.get("/")
    def page() -> str:
        return render_template_string(_PAGE, title="Bare", names=_NAMES, rows=rows)

    return app
