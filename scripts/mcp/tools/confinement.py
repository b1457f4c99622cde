"""Commands that the kernel keeps inside the sandbox: Landlock, where there is one.

A guard that reads a command line cannot know what a program does; the kernel can. A confined command writes, makes
and removes files in the sandbox and its own temporary directory only, connects over TCP to the gateway only, gains no
privileges, and signals nobody outside. It may read what the user may read: programs need their libraries, wherever
those are.
Source: Documentation/userspace-api/landlock.rst of Linux 5.13 (files), 6.7 (TCP), 6.12 (signals).

Does not stop: reading; UDP; what another process does on the command's behalf through a socket file.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""System calls, the same on every architecture."""
_PATH_BENEATH, _NET_PORT = 1, 2
_VERSION: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_WRITE_FILE: Final = 1 << 1
_CHANGES: Final = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Writing, and making or removing files of every kind."""
_REFER: Final = 1 << 13
_TRUNCATE: Final = 1 << 14
_CONNECT_TCP: Final = 1 << 1
_SCOPES: Final = 0b11
"""Abstract sockets and signals."""
_WITH_REFER, _WITH_TRUNCATE, _WITH_TCP, _WITH_SCOPES = 2, 3, 4, 6
"""Versions of the interface that first have it."""


def confinement(roots: Sequence[Path], gateway_port: int) -> Callable[[], None] | None:
    """Return what a child does between fork and exec to be confined; None if the kernel cannot.

    Args:
        roots: directories that may be written to, real.
        gateway_port: the one TCP port that may be connected to.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    if version < 1:
        return None
    ruleset = _make(libc, version, roots, gateway_port)
    prctl, syscall = libc.prctl, libc.syscall  # looked up before the fork: loading is unsafe after it

    def confine() -> None:
        if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)):
            os._exit(126)  # fail closed: it does not run unconfined

    return confine


def _make(libc: ctypes.CDLL, version: int, roots: Sequence[Path], gateway_port: int) -> int:
    """Make the ruleset; its descriptor lives as long as the process and is not inherited."""
    changes = _CHANGES | (_REFER if version >= _WITH_REFER else 0)
    changes |= _TRUNCATE if version >= _WITH_TRUNCATE else 0
    attributes = struct.pack("=Q", changes)
    if version >= _WITH_TCP:
        attributes += struct.pack("=Q", _CONNECT_TCP)
    if version >= _WITH_SCOPES:
        attributes += struct.pack("=Q", _SCOPES)
    ruleset: int = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no Landlock ruleset")
    for root in roots:
        _allow_path(libc, ruleset, str(root), changes)
    _allow_path(libc, ruleset, "/dev", _WRITE_FILE | (changes & _TRUNCATE))
    if version >= _WITH_TCP and gateway_port:
        _add(libc, ruleset, _NET_PORT, struct.pack("=QQ", _CONNECT_TCP, gateway_port))
    return ruleset


def _allow_path(libc: ctypes.CDLL, ruleset: int, path: str, allowed: int) -> None:
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _add(libc, ruleset, _PATH_BENEATH, struct.pack("=Qi", allowed, descriptor))
        finally:
            os.close(descriptor)


def _add(libc: ctypes.CDLL, ruleset: int, kind: int, attributes: bytes) -> None:
    if libc.syscall(_ADD, ruleset, ctypes.c_int(kind), attributes, ctypes.c_uint32(0)):
        raise OSError(ctypes.get_errno(), "the kernel does not take a Landlock rule")
