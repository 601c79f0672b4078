"""S3: SeaweedFS in one process, in a folder of the project."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from delula.embedded.processes import launch
from delula.embedded.service import Service, run_keeper

if TYPE_CHECKING:
    import subprocess

BUCKET, REGION = "delula", "us-east-1"
#: Pages of any address may send to it: what they may send, and where to, is signed into each URL.
CORS: Any = {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}]}
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

#: The keys with which its parts sign what they ask of each other, and the parts that show a certificate.
TOKENS = ("SIGNING_KEY", "SIGNING_READ_KEY", "FILER_SIGNING_KEY", "FILER_SIGNING_READ_KEY")
GRPC_PARTS = ("MASTER", "VOLUME", "FILER", "S3", "ADMIN", "WORKER", "CLIENT")
CERTIFICATE_LIFE = timedelta(days=36_500)


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
            "AWS_SESSION_TOKEN": "",  # one that lies about belongs to other keys
        }

    @cached_property
    def keys(self) -> tuple[str, str]:
        """Access key id and secret access key, made at the first start."""
        (identity,) = json.loads(self._identities.read_text())["identities"]
        (credentials,) = identity["credentials"]
        return credentials["accessKey"], credentials["secretKey"]

    def prepare(self) -> None:
        self._data.mkdir(exist_ok=True)
        if not self._identities.exists():
            self._make_identities()
        if not self._certificate.exists():
            self._make_certificate()

    def _make_identities(self) -> None:
        credentials = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(30)}
        identity = {"name": "console", "credentials": [credentials], "actions": ["Admin"]}
        _write_private(self._identities, json.dumps({"identities": [identity]}).encode())

    def _make_certificate(self) -> None:
        """Make what the parts of SeaweedFS prove to each other who they are with: key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SeaweedFS of this folder")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + CERTIFICATE_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_private(self._certificate, certificate.public_bytes(Encoding.PEM) + pem)

    def tidy(self, ports: tuple[int, ...]) -> None:
        # It cannot be told to put them elsewhere, and leaves them when it is killed.
        for name, port in zip(PORTS, ports, strict=False):  # no ports before the first start
            if name.endswith(".grpc"):
                path = Path("/tmp") / f"seaweedfs-{name.removesuffix('.port.grpc')}-grpc-{port}.sock"  # noqa: S108
                path.unlink(missing_ok=True)

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
            environment={
                "PATH": os.defpath,
                "HOME": str(self.folder),
                "GOMEMLIMIT": "256MiB",
                **self._secrets(),
            },
            folder=self.folder,
        )

    def answers(self, ports: tuple[int, ...]) -> bool:
        try:
            client = self._client(ports)
            client.head_bucket(Bucket=BUCKET)
            client.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=CORS)
        except (BotoCoreError, ClientError, FileNotFoundError):  # not up; no bucket yet; no keys yet
            return False
        return True

    def _secrets(self) -> dict[str, str]:
        """Keys for every door but that of S3 itself: without them anybody on this machine could walk in."""
        return {**{f"WEED_JWT_{name}": secrets.token_hex(32) for name in TOKENS}, **self.certificates}

    @property
    def certificates(self) -> dict[str, str]:
        """What its parts, and programs that talk to them, need in their environment."""
        path = str(self._certificate)
        parts = {f"WEED_GRPC_{part}_{half}": path for part in GRPC_PARTS for half in ("CERT", "KEY")}
        return {**parts, "WEED_GRPC_CA": path}

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
    def _certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def _identities(self) -> Path:
        return self.folder / "identities.json"


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, in one step."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    fresh.replace(path)


if __name__ == "__main__":
    run_keeper(SeaweedFS)
