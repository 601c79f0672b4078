"""Start a program that ends when its parent ends, as an unprivileged account where it must not be root.

Run by path, with nothing but the standard library, because it is in the way of every start:

    python -I -S launch.py SIGNAL PARENT ACCOUNT FOLDER… -- PROGRAM ARGUMENT…

SIGNAL is the number that the program gets when the process PARENT dies (Linux only: elsewhere the next
start finds what was left). ACCOUNT is the name to run as, or `-` for no change. The FOLDERs are those that
the program must be able to reach: a project below a closed folder such as /root is out of reach for any
other account, and opening that folder would be no business of ours. There the program keeps one Linux
capability, to read and search past such folders.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """The lower 32 capabilities, then the upper 32; see capset(2)."""

    _fields_ = tuple(
        (f"{kind}_{half}", ctypes.c_uint32)
        for half in ("low", "high")
        for kind in ("effective", "permitted", "inheritable")
    )


def become(account: str, folders: list[str]) -> None:
    """Give up root for `account`, keeping no more than what reaching `folders` takes."""
    entry = pwd.getpwnam(account)
    linux = sys.platform == "linux"
    if linux:
        _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if linux:
        reachable = all(os.access(folder, os.R_OK | os.X_OK) for folder in folders)
        _keep_capability(() if reachable else (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE))


def _keep_capability(candidates: tuple[int, ...]) -> None:
    """Keep the first of `candidates` that we are permitted, across the coming exec; drop the rest."""
    header, sets = _Header(LINUX_CAPABILITY_VERSION_3, 0), _Sets()
    _call("capget", ctypes.byref(header), ctypes.byref(sets))
    kept = next((number for number in candidates if sets.permitted_low & 1 << number), None)
    bits = 0 if kept is None else 1 << kept
    if kept is not None:
        # access(2), which PostgreSQL asks about its own programs, disregards capabilities without this.
        sets.effective_low = sets.permitted_low
        _call("capset", ctypes.byref(header), ctypes.byref(sets))
        _call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    _call("capset", ctypes.byref(header), ctypes.byref(_Sets(bits, bits, bits)))
    if kept is not None:
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0)


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    signal_number, parent, account, *folders = arguments[:split]
    program = arguments[split + 1 :]
    if account != "-":
        become(account, folders)
    if sys.platform == "linux":
        # After the change of account, which would clear it.
        _call("prctl", PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent is gone")
    os.execvp(program[0], program)  # noqa: S606 - no shell: the arguments are passed as they are


if __name__ == "__main__":
    main(sys.argv[1:])
