"""A value in the clear, for as long as somebody needs it.

Owns the one type in which values travel through the vault. Its memory is overwritten when it is closed. It has no
text form: `repr`, `str`, formatting, pickling and copying give or raise nothing of the value, so that it cannot end
in a log line or a traceback by being passed around.

What it does not do: Python's own strings and bytes cannot be overwritten, so a header made of a value lives until
its memory is used again. Against that there are short lives, no core dumps (`hardening`) and another user id for
the agent.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, NoReturn, Self

from vault.errors import SecretRefused

if TYPE_CHECKING:
    from types import TracebackType

LONGEST_VALUE = 64 * 1024
"""Bytes: a key file of a service account has 2 to 4 KB."""


class Secret:
    """Bytes that must not be seen; a context manager that overwrites them at its end."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | bytearray) -> None:
        self._value = bytearray(value)

    @classmethod
    def of_size(cls, size_bytes: int) -> Self:
        """Return one with room for so many bytes, to be filled through `buffer`."""
        return cls(bytearray(size_bytes))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Take a value as an operator typed or piped it; one line end after it is not part of it.

        Raises:
            SecretRefused: It is empty, too long or has no UTF-8 form.
        """
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            raise SecretRefused("the value is not text that has a UTF-8 form") from None
        stripped = encoded.removesuffix(b"\n").removesuffix(b"\r")
        if not stripped.strip():
            raise SecretRefused("the value is empty")
        if len(stripped) > LONGEST_VALUE:
            raise SecretRefused(f"expected at most {LONGEST_VALUE} bytes, got {len(stripped)}")
        return cls(stripped)

    @property
    def buffer(self) -> bytearray:
        """The bytes themselves, not a copy; whoever takes them does not keep them."""
        return self._value

    def is_same(self, other: Secret) -> bool:
        """Compare in a time that tells nothing about where values differ."""
        return hmac.compare_digest(self._value, other._value)

    def close(self) -> None:
        """Overwrite the value; what is left is empty."""
        self._value[:] = bytes(len(self._value))  # of the same length, so it is written in place
        self._value = bytearray()

    def __len__(self) -> int:
        return len(self._value)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is neither pickled nor copied")
