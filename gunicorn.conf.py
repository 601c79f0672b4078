"""gunicorn: two processes of eight threads; the application writes the log of requests itself."""

from __future__ import annotations

import os
from pathlib import Path

bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")
threads = 8

# Reload and preload exclude each other: the one imports the application in every worker, the other once.
reload = os.environ.get("DELULA_RELOAD") == "1"
preload_app = not reload
reload_extra_files = [
    str(path) for folder in ("templates", "static/dist") for path in Path(folder).rglob("*") if path.is_file()
]

timeout = 60  # seconds without a sign of life, after which a worker is replaced
graceful_timeout = 10  # seconds that running requests get when the server stops
keepalive = 5
limit_request_line = 8190  # a filter lives in the address, where other alphabets take three times the room
loglevel = "warning"
control_socket_disable = True  # it would lie in the home of whoever starts the server
worker_tmp_dir = os.environ.get("DELULA_RUN_FOLDER")  # else the system's folder for temporary files


def post_worker_init(_worker: object) -> None:
    """Look for garbage less often, and not in the application itself."""
    from delula.garbage import settle  # noqa: PLC0415 - else the master had a package that reload must not see

    settle()
