"""A service, the keeper that holds it up, and the lease of those who use it.

One keeper process per folder starts the service as its child, starts it again when it dies, and stops it
when nobody holds a lease any more. Whoever wants the service takes a lease: a shared lock on a file, which
the system releases however its holder ends. So several consoles of one checkout share a service, those of
two checkouts know nothing of each other, and no list of users can go stale.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar, Generic, NoReturn, Self, TypeVar

from delula.embedded.locks import FileLock
from delula.embedded.processes import free_ports, is_ours, is_port_free, stop_child, stop_stranger, wait_until

#: The folder that holds the package; found here and not in `config`, which keepers need not import.
PROJECT = Path(__file__).resolve().parents[2]
#: Seconds between two looks of the keeper at its child and at the lease.
PULSE = 0.2
#: Seconds to wait before a service that died is started again: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
#: A service that lived this many seconds died of something new.
STEADY_AFTER = 30.0
#: So many deaths before the first answer, and the keeper gives up.
FAILED_STARTS = 5
#: Lines of the log that tell why a service did not start.
LOG_LINES = 12


class ServiceError(Exception):
    """A service could not be started; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class State:
    """What the keeper tells those who hold a lease.

    Attributes:
        keeper: process id of the keeper that says so.
        child: process id of the service, 0 before its first start.
        ports: TCP ports at 127.0.0.1; the first is the one to talk to.
        ready: whether the service has answered.
    """

    keeper: int = 0
    child: int = 0
    ports: tuple[int, ...] = ()
    ready: bool = False


class Service(ABC):
    """A program with a folder of its own.

    Attributes:
        name: one word, for the command line of the keeper and for messages.
        port_count: number of TCP ports that it listens on.
        stop_signal: asks it to stop soon and in order.
        patience: seconds it may take to do so.
    """

    name: ClassVar[str]
    port_count: ClassVar[int]
    stop_signal: ClassVar[signal.Signals]
    patience: ClassVar[float] = 15.0

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Describe the service of `folder`; one that is not `durable` may lose data with the power."""
        self.folder = folder.resolve()
        self.durable = durable

    @abstractmethod
    def prepare(self) -> None:
        """Make what it needs before a start, and clear what a crash left. Called by the keeper alone."""

    @abstractmethod
    def start(self, ports: tuple[int, ...]) -> subprocess.Popen[bytes]:
        """Start it as a child of this process."""

    @abstractmethod
    def answers(self, ports: tuple[int, ...]) -> bool:
        """Whether it lets us in at `ports`."""

    def tidy(self, ports: tuple[int, ...]) -> None:  # noqa: B027 - most services leave nothing
        """Clear what it leaves outside its folder when it ends. Called by the keeper alone."""

    @property
    def log(self) -> Path:
        """Where it and its keeper write."""
        return self.folder / "log"

    @property
    def in_use(self) -> Path:
        """Shared by those who hold a lease."""
        return self.folder / "in-use.lock"

    @property
    def kept(self) -> Path:
        """Held alone by the keeper."""
        return self.folder / "keeper.lock"

    def read_state(self) -> State:
        """The last state that a keeper wrote; it may be that of a dead one."""
        try:
            values = json.loads(self._state_file.read_text())
            pids = int(values["keeper"]), int(values["child"])
            return State(*pids, tuple(map(int, values["ports"])), bool(values["ready"]))
        except (OSError, ValueError, LookupError, TypeError):  # absent, or half written before a power cut
            return State()

    def write_state(self, state: State) -> None:
        """Replace the state in one step."""
        fresh = self._state_file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(state)))
        fresh.replace(self._state_file)

    @property
    def _state_file(self) -> Path:
        return self.folder / "state.json"


def keep(service: Service) -> int:
    """Hold `service` up until nobody uses it; the exit code of the keeper process.

    Returns:
        0 when it was stopped in order or another keeper is at work, 1 when it does not start.
    """
    alone, in_use = FileLock(service.kept), FileLock(service.in_use)
    # Those who ask whether it is held hold it themselves for a moment, so one refusal is no answer.
    if not wait_until(alone.try_take, 1.0):
        return 0
    told_to_stop = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal told_to_stop
        told_to_stop = True

    signal.signal(signal.SIGTERM, stop)

    def wanted() -> bool:
        return not told_to_stop and not in_use.is_free()

    left = service.read_state()
    stop_stranger(left.child, str(service.folder), service.stop_signal, service.patience)
    service.tidy(left.ports)
    usable = len(left.ports) == service.port_count and all(map(is_port_free, left.ports))
    state = State(os.getpid(), ports=left.ports if usable else tuple(free_ports(service.port_count)))
    pause, deaths, answered = FIRST_PAUSE, 0, False
    while wanted():
        service.prepare()
        started = time.monotonic()
        child = service.start(state.ports)
        try:
            state = replace(state, child=child.pid, ready=False)
            service.write_state(state)
            while child.poll() is None and wanted():
                if not state.ready and service.answers(state.ports):
                    answered, state = True, replace(state, ready=True)
                    service.write_state(state)
                time.sleep(PULSE if state.ready else PULSE / 4)
        finally:
            stop_child(child, service.stop_signal, service.patience)
            service.tidy(state.ports)
            state = replace(state, ready=False)
            service.write_state(state)
        deaths += 1
        if not answered and deaths == FAILED_STARTS:
            return 1
        if time.monotonic() - started > STEADY_AFTER:
            pause = FIRST_PAUSE
        if wanted():
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    return 0


def run_keeper(kind: type[Service]) -> NoReturn:
    """The keeper process: `python -m MODULE_OF_KIND durable|throwaway FOLDER`."""
    durability, folder = sys.argv[1:]
    try:
        sys.exit(keep(kind(Path(folder), durable=durability == "durable")))
    except ServiceError as failure:
        sys.exit(str(failure))


AnyService = TypeVar("AnyService", bound=Service)


class Lease(Generic[AnyService]):
    """The use of a service, from `with Lease(service) as lease` to its end.

    Attributes:
        service: the service that is used.
    """

    def __init__(self, service: AnyService) -> None:
        self.service = service
        service.folder.mkdir(parents=True, exist_ok=True)
        self._in_use = FileLock(service.in_use)
        self._kept = FileLock(service.kept)
        self._keeper: subprocess.Popen[bytes] | None = None
        self._in_use.share()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.release()

    def is_kept(self) -> bool:
        """Whether a keeper is at work."""
        return self._kept.is_taken()

    def begin(self) -> None:
        """Make sure that a keeper is at work or on its way; does not wait for it."""
        starting = self._keeper is not None and self._keeper.poll() is None
        if not starting and not self.is_kept():
            self._keeper = self._start_keeper()

    def ports(self, patience: float = 60.0) -> tuple[int, ...]:
        """The ports of the service, once it answers.

        Raises:
            ServiceError: it does not start, or does not answer within `patience` seconds.
        """
        end = time.monotonic() + patience
        while True:
            state = self.service.read_state()
            # The state of a keeper that was killed says what was true then.
            if state.ready and is_ours(state.keeper, str(self.service.folder)):
                return state.ports
            if self._keeper is not None and self._keeper.poll():
                raise ServiceError(self._explain("does not start"))
            if time.monotonic() > end:
                raise ServiceError(self._explain(f"did not answer within {patience:.0f} seconds"))
            self.begin()
            time.sleep(PULSE / 4)

    def let_go(self) -> None:
        """Give the service back; where nobody else uses it, it begins to stop."""
        self._in_use.release()

    def release(self) -> None:
        """Give the service back; where nobody else uses it, return once it has stopped."""
        self.let_go()
        wait_until(lambda: not self.is_kept() or not self._in_use.is_free(), self.service.patience + 5.0)
        if self._keeper is not None:
            if self.is_kept():
                self._keeper.returncode = 0  # it lives on for others, which `Popen` would warn of
            else:
                self._keeper.wait()
        self._in_use.close()
        self._kept.close()

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        durability = "durable" if self.service.durable else "throwaway"
        command = ["-m", type(self.service).__module__, durability, str(self.service.folder)]
        with self.service.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - constant but for the folder
                [sys.executable, *command],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _explain(self, what: str) -> str:
        lines = self.service.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        where = os.path.relpath(self.service.log)
        return "\n".join((f"{self.service.name} {what}. The last lines of {where}:", *lines))
