"""What a page costs at least: Flask, and a table of 50 rows in Jinja."""

from __future__ import annotations

from flask import Flask, render_template
from jinja2 import DictLoader

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
    # From a loader, as files are: a template that is given as text would be compiled for every request.
    app.jinja_loader = DictLoader({"page.html": _PAGE})
    rows = [{name: f"{name} <{number}>" for name in _NAMES} for number in range(50)]

    @app.get("/")
    def page() -> str:
        return render_template("page.html", title="Bare", names=_NAMES, rows=rows)

    return app
