"""The command: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bare import bare_app
from benchmarks.cases import TooSmall, make_cases
from benchmarks.console import console, signed_in
from benchmarks.crowd import crowded, settle
from benchmarks.measure import Requests, Statements, measure
from benchmarks.report import as_json, lines
from benchmarks.weight import ENCODINGS, first_load
from delula.config import ConfigurationError, load_settings
from delula.db import db

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Measure and report."""
    arguments = _arguments()
    url = load_settings().database_url
    with crowded(url) if arguments.crowd else nullcontext(url) as there, console(there) as app:
        with app.app_context():
            if arguments.crowd:
                settle()
            cases = make_cases(arguments.generations)
            statements = Statements(db.engine)
        chosen = [case for case in cases if arguments.only.lower() in f"{case.group}: {case.name}".lower()]
        if not chosen:
            raise SystemExit(f"No case is called “{arguments.only}”.")
        with signed_in(app) as cookie:
            asked = Requests(app, cookie)
            timings, bare = measure(
                asked,
                Requests(bare_app()),
                statements,
                chosen,
                arguments.rounds,
                _progress(),
                in_a_row=arguments.in_a_row,
            )
            loads = [first_load(asked, "/generations/", encoding) for encoding in ENCODINGS]
    for line in lines(timings, bare, loads):
        print(line)
    if arguments.json:
        result = as_json(timings, bare, loads, arguments.generations)
        arguments.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure the pages of the console.")
    parser.add_argument("--generations", type=int, default=1_000_000, help="how many there must be")
    parser.add_argument("--rounds", type=int, default=50, help="requests of each case")
    parser.add_argument("--only", default="", help="cases whose group and name contain this")
    parser.add_argument(
        "--crowd",
        action="store_true",
        help="on a copy of the database with 10,000 recipes, 2,000 tags and a full review",
    )
    parser.add_argument(
        "--in-a-row", action="store_true", help="each case again and again, rather than all of them in turns"
    )
    parser.add_argument("--json", type=Path, help="file for the results")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.generations < 100:
        parser.error("it takes one round and a hundred generations at least")
    return arguments


def _progress() -> Callable[[float], None]:
    """Shows how far the run is, where somebody looks on."""

    def show(done: float) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done:.0%} ")
            sys.stderr.flush()

    return show


if __name__ == "__main__":
    try:
        main()
    except (TooSmall, ConfigurationError) as error:
        sys.exit(str(error))
