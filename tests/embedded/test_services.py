"""PostgreSQL and S3 as real processes: shared, stopped with the last lease, and back after `kill -9`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import psycopg
import pytest
from botocore.config import Config

from delula.embedded import surroundings
from delula.embedded.postgres import FIRST_DATABASE, ROLE, Postgres
from delula.embedded.processes import is_ours, wait_until
from delula.embedded.s3 import BUCKET, PORTS, SeaweedFS
from delula.embedded.service import PROJECT, Lease

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30.0

#: Holds a lease until its standard input ends.
HOLDER = """
import sys
from pathlib import Path
from delula.embedded.postgres import Postgres
from delula.embedded.service import Lease
with Lease(Postgres(Path(sys.argv[1]), durable=False)) as lease:
    print(lease.ports()[0], flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the PostgreSQL of these tests lives; the path has a space."""
    return tmp_path_factory.mktemp("with space") / "postgres"


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL that nobody runs before the test, or after it."""
    server = Postgres(folder, durable=False)
    yield server
    assert wait_until(lambda: not runs(server), PATIENCE)


def runs(server: Postgres) -> bool:
    """Whether the keeper or the server itself is alive."""
    state = server.read_state()
    return any(is_ours(pid, str(server.folder)) for pid in (state.keeper, state.child))


def query(server: Postgres, statement: str) -> object:
    """The first value of what a statement answers; None if it answers nothing."""
    address = server.address(server.read_state().ports[0], FIRST_DATABASE)
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def hold(server: Postgres) -> subprocess.Popen[str]:
    """Start another process that uses `server`; returns once it does."""
    holder = subprocess.Popen(  # noqa: S603 - a constant program and a folder of ours
        [sys.executable, "-c", HOLDER, str(server.folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip().isdigit()
    return holder


def test_a_server_starts_with_its_lease_and_stops_with_it(server: Postgres) -> None:
    with Lease(server) as lease:
        lease.ports()
        assert query(server, "SELECT 1") == 1
        assert query(server, "SHOW server_encoding") == "UTF8"
        assert query(server, "SELECT 'Ä' ILIKE 'ä'") is True
    assert not runs(server)


def test_a_server_lets_nobody_in_without_its_password(server: Postgres) -> None:
    with Lease(server) as lease:
        (port,) = lease.ports()
        for password in ("", "wrong"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host="127.0.0.1", port=port, user=ROLE, password=password, dbname=FIRST_DATABASE
                )
    assert (server.folder / "password").stat().st_mode & 0o077 == 0


def test_two_users_share_a_server_that_stops_after_the_second(server: Postgres) -> None:
    with Lease(server) as second:
        with Lease(server) as first:
            first.ports()
            child = server.read_state().child
            second.ports()
            assert server.read_state().child == child
        assert runs(server)
        assert query(server, "SELECT 1") == 1
    assert not runs(server)


def test_a_server_stops_when_its_user_is_killed(server: Postgres) -> None:
    holder = hold(server)
    assert runs(server)
    holder.kill()
    holder.communicate()
    assert wait_until(lambda: not runs(server), PATIENCE)


@pytest.mark.parametrize("victim", ["child", "keeper"])
def test_a_killed_part_comes_back_on_the_same_port_with_its_data(server: Postgres, victim: str) -> None:
    with Lease(Postgres(server.folder)) as lease:
        ports = lease.ports()
        query(server, f"CREATE ROLE before_{victim}")
        before = server.read_state()
        os.kill(getattr(before, victim), signal.SIGKILL)
        assert wait_until(lambda: not is_ours(getattr(before, victim), str(server.folder)), PATIENCE)

        def is_back() -> bool:
            # Asked again and again, as `make run` does: a process that dies holds its locks for a moment yet.
            lease.begin()
            return server.read_state().child != before.child

        assert wait_until(is_back, PATIENCE)
        assert lease.ports() == ports
        roles = str(query(server, "SELECT string_agg(rolname, ' ') FROM pg_roles"))
        assert f"before_{victim}" in roles.split()


def test_a_pid_file_that_names_somebody_else_does_not_keep_a_server_from_starting(server: Postgres) -> None:
    with Lease(server) as lease:
        lease.ports()
    stale = server.folder / "data" / "postmaster.pid"
    lines = [str(os.getpid()), str(server.folder / "data"), "1", "1", "", "127.0.0.1", "1 1", "ready"]
    stale.write_text("\n".join(lines))
    with Lease(server) as lease:
        lease.ports()
        assert query(server, "SELECT 1") == 1


def test_an_interrupted_initialisation_is_begun_again(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", durable=False)
    unfinished = server.folder / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    with Lease(server) as lease:
        lease.ports()
        assert query(server, "SELECT 1") == 1
    assert not unfinished.exists()


def test_s3_serves_its_keys_holder_and_nobody_else(tmp_path: Path) -> None:
    server = SeaweedFS(tmp_path / "with space" / "s3")
    with Lease(server) as lease:
        ports = lease.ports()
        access_key_id, secret_access_key = server.keys
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{ports[0]}",
            region_name="us-east-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        client.put_object(Bucket=BUCKET, Key="secret.txt", Body=b"not for everybody")
        assert client.get_object(Bucket=BUCKET, Key="secret.txt")["Body"].read() == b"not for everybody"
        client.close()
        # The other ports speak HTTP as well, unless they are told not to.
        paths = (
            "/",
            f"/{BUCKET}/",
            f"/buckets/{BUCKET}/",
            f"/buckets/{BUCKET}/secret.txt",
            f"/{BUCKET}/secret.txt",
        )
        open_doors = [
            (name, path)
            for name, port in zip(PORTS, ports, strict=True)
            if not name.endswith("grpc")
            for path in paths
            if b"secret" in anonymous(port, path)
        ]
        assert not open_doors
        inner = [port for name, port in zip(PORTS, ports, strict=True) if name.endswith("grpc")]
        assert [port for port in inner if speaks_plainly(port)] == []
        # The one thing that it makes outside its folder.
        sockets = {path for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")}  # noqa: S108 - not ours to choose
    assert not [path for path in sockets if path.exists()]
    assert (server.folder / "identities.json").stat().st_mode & 0o077 == 0


def speaks_plainly(port: int) -> bool:
    """Whether a gRPC port talks to somebody who shows no certificate."""
    settings_frame = b"\0\0\0\4\0\0\0\0\0"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings_frame)
        try:
            return connection.recv(9)[3:4] == b"\4"
        except ConnectionResetError:
            return False


def anonymous(port: int, path: str) -> bytes:
    """What somebody without keys gets to read; nothing where the request is refused."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read()
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except OSError:  # nobody listens there
        pass
    return b""


def test_files_for_a_while_lie_in_the_project_and_are_cleared_when_their_maker_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "TEMPORARY", tmp_path)
    for name in ("left", "used"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "original").touch()
    yesterday = time.time() - surroundings.LEFT_AFTER - 1
    os.utime(tmp_path / "left", (yesterday, yesterday))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/none")
    monkeypatch.setenv("S3_BUCKET", "somebodys")
    monkeypatch.setenv("SECRET_KEY", "for tests only " * 3)
    environment = surroundings.Surroundings().environment()
    assert environment["TMPDIR"] == str(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["used"]
