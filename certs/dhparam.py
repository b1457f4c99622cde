"""The Diffie-Hellman group that mitmproxy wants beside its CA, made without waiting for a random prime.

mitmproxy writes a file of its own when none is there, which a read-only directory does not allow. The group
is ffdhe3072 of RFC 7919, appendix A.2, built from the formula given there: nobody has to trust a literal.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric import dh
from cryptography.hazmat.primitives.serialization import Encoding, ParameterFormat

GROUP_BITS: Final = 3072
GROUP_OFFSET: Final = 2625351
"""The smallest addend that makes the number a safe prime, given by the RFC for this size."""


def scaled_e(bits: int) -> int:
    """Return the integer part of e times 2**bits."""
    guard = 64
    total, term, divisor = 0, 1 << (bits + guard), 1
    while term:
        total += term
        term //= divisor
        divisor += 1
    return total >> guard


def ffdhe3072() -> int:
    """Return the prime of RFC 7919's group ffdhe3072."""
    bits = GROUP_BITS
    middle = scaled_e(bits - 130) + GROUP_OFFSET
    return (1 << bits) - (1 << (bits - 64)) + (middle << 64) - 1


def pem() -> bytes:
    """Return the group as PEM in PKCS #3, which is what OpenSSL's `PEM_read_bio_DHparams` reads."""
    parameters = dh.DHParameterNumbers(ffdhe3072(), 2).parameters()
    return parameters.parameter_bytes(Encoding.PEM, ParameterFormat.PKCS3)
