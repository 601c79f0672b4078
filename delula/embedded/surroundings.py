"""What the console needs around it: PostgreSQL and S3, ours where none is configured."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import suppress
from typing import Self

from delula.config import PROJECT, Settings, read_environment
from delula.embedded.postgres import Postgres
from delula.embedded.s3 import SeaweedFS, find_weed
from delula.embedded.service import Lease

INSTANCE = PROJECT / "instance"
RUN_FOLDER = INSTANCE / "run"
#: Where the console keeps files for a while, and seconds after which they were left by one that was killed.
TEMPORARY, LEFT_AFTER = INSTANCE / "tmp", 24 * 3600
#: Name of the console's database in our own PostgreSQL.
DATABASE = "delula"
#: Stands in for what our own services will say, while the other settings are checked.
PLACEHOLDER_URL = "postgresql://127.0.0.1/delula"


class Surroundings:
    """The services of this project folder, from `with Surroundings() as surroundings` to its end.

    Attributes:
        settings: checked settings; the parts that our own services bring are placeholders.
        postgres: our PostgreSQL, None where `DATABASE_URL` names another.
        s3: our S3, None where a bucket is configured or no program for it exists.
        lacks_media: no bucket is configured, and none can be started here.
    """

    def __init__(self) -> None:
        """Read and check the settings.

        Raises:
            ConfigurationError: names everything that is wrong with them.
        """
        # An empty value counts as absent, and would get in the way of what we set.
        self._environment = {name: value for name, value in read_environment().items() if value.strip()}
        self.settings = Settings.from_environment({"DATABASE_URL": PLACEHOLDER_URL, **self._environment})
        wants_s3 = self.settings.s3 is None
        self.lacks_media = wants_s3 and find_weed() is None
        self.postgres: Lease[Postgres] | None = None
        self.s3: Lease[SeaweedFS] | None = None
        RUN_FOLDER.mkdir(parents=True, exist_ok=True)
        _clear_temporary_files()
        if "DATABASE_URL" not in self._environment:
            self.postgres = Lease(Postgres(INSTANCE / "postgres"))
        if wants_s3 and not self.lacks_media:
            self.s3 = Lease(SeaweedFS(INSTANCE / "s3"))

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, *_details: object) -> None:
        for lease in self._leases():
            lease.let_go()  # all of them first, so that they stop at the same time
        for lease in self._leases():
            lease.release()

    def begin(self) -> None:
        """Make sure that the services are up or on their way; does not wait."""
        for lease in self._leases():
            lease.begin()

    def wait(self) -> None:
        """Return once all services answer.

        Raises:
            ServiceError: one of them does not.
        """
        for lease in self._leases():
            lease.ports()

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        """The environment of the console and its commands, by the ports that the services have now."""
        found = dict(self._environment)
        if self.postgres is not None:
            server = self.postgres.service
            found["DATABASE_URL"] = server.address(server.read_state().ports[0], database)
        if self.s3 is not None:
            found |= self.s3.service.environment(self.s3.service.read_state().ports)
        found.setdefault("SECRET_KEY", _kept_secret_key())
        # Nothing outside the project folder is touched.
        return {**found, "TMPDIR": str(TEMPORARY)}

    def _leases(self) -> list[Lease[Postgres] | Lease[SeaweedFS]]:
        return [lease for lease in (self.postgres, self.s3) if lease is not None]


def _clear_temporary_files() -> None:
    """Make the folder for them, and remove what somebody who was killed has left in it."""
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    for left in TEMPORARY.iterdir():
        with suppress(OSError):  # somebody else removes it at this moment
            if left.stat().st_mtime < time.time() - LEFT_AFTER:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _kept_secret_key() -> str:
    """The key that signs sessions where none is configured, so that a restart signs nobody out."""
    path = INSTANCE / "secret-key"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):  # of two consoles that start at once the first decides
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text().strip()
