"""S3: SeaweedFS in one process, in a folder of the project."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from delula.embedded.processes import launch
from delula.embedded.service import Service, run_keeper

if TYPE_CHECKING:
    import subprocess

BUCKET, REGION = "delula", "us-east-1"
#: Command-line names of the ports, in the order of `State.ports`. The first is S3 itself; every one that
#: SeaweedFS would open is here, because what is not named gets a fixed number and collides.
PORTS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
    "admin.port.grpc",
    "metricsPort",
)


def find_weed() -> str | None:
    """The program of SeaweedFS: the wheel's beside our Python, or one on the path, or None."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


class SeaweedFS(Service):
    """An S3 server at 127.0.0.1 with one bucket and one pair of keys."""

    name = "s3"
    port_count = len(PORTS)
    stop_signal = signal.SIGTERM

    def environment(self, ports: tuple[int, ...]) -> dict[str, str]:
        """The settings that lead the console to this server."""
        access_key_id, secret_access_key = self.keys
        return {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{ports[0]}",
            "S3_BUCKET": BUCKET,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret_access_key,
        }

    @cached_property
    def keys(self) -> tuple[str, str]:
        """Access key id and secret access key, made at the first start."""
        (identity,) = json.loads(self._identities.read_text())["identities"]
        (credentials,) = identity["credentials"]
        return credentials["accessKey"], credentials["secretKey"]

    def prepare(self) -> None:
        self._data.mkdir(exist_ok=True)
        if self._identities.exists():
            return
        credentials = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(30)}
        identity = {"name": "console", "credentials": [credentials], "actions": ["Admin"]}
        fresh = self._identities.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"identities": [identity]}))
        fresh.replace(self._identities)

    def start(self, ports: tuple[int, ...]) -> subprocess.Popen[bytes]:
        weed = find_weed()
        assert weed is not None  # noqa: S101 - whoever takes a lease has looked
        return launch(
            [
                weed,
                "-logtostderr=true",
                "mini",
                f"-dir={self._data}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                f"-bucket={BUCKET}",
                f"-s3.config={self._identities}",
                "-s3.iam=false",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                # Relative, because the path of a socket must be short.
                "-s3.localSocket=s3.sock",
                "-filer.localSocket=filer.sock",
                "-disableHttp=true",
                "-webdav=false",
                "-admin.ui=false",
                "-master.telemetry=false",
                *(f"-{name}={port}" for name, port in zip(PORTS, ports, strict=True)),
            ],
            dying_signal=self.stop_signal,
            environment={"PATH": os.defpath, "HOME": str(self.folder), "GOMEMLIMIT": "256MiB"},
            folder=self.folder,
        )

    def answers(self, ports: tuple[int, ...]) -> bool:
        try:
            self._client(ports).head_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError, FileNotFoundError):  # not up; no bucket yet; no keys yet
            return False
        return True

    def _client(self, ports: tuple[int, ...]) -> Any:
        access_key_id, secret_access_key = self.keys
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{ports[0]}",
            region_name=REGION,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1},
                connect_timeout=2,
                read_timeout=5,
            ),
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _identities(self) -> Path:
        return self.folder / "identities.json"


if __name__ == "__main__":
    run_keeper(SeaweedFS)
