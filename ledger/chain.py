"""The hash chain: how an entry is bound to all entries before it.

    leaf_n = SHA-256(0x00 || body_n)
    head_0 = SHA-256("aegis-ledger-genesis-v1" 0x00 || len(chain) || chain || created_us)
    head_n = SHA-256("aegis-ledger-head-v1" 0x00 || len(chain) || chain || n || head_n-1 || leaf_n)

`len(chain)` is one byte, `chain` the chain's id in ASCII, `n` and `created_us` are unsigned 64-bit
integers, big-endian. Every part has a fixed length or states it, so no two inputs share an encoding; each
kind of hash has a domain of its own. Leaves are those of RFC 6962 section 2.1 (0x00 in front), so that the
same leaves can carry a Merkle tree and signed checkpoints (C2SP tlog-checkpoint) without rewriting an
entry. Hash chaining of audit records: Schneier and Kelsey, "Cryptographic Support for Secure Logs on
Untrusted Machines" (USENIX Security 1998).

Pure functions, on the path of every request. The test vectors in `tests/ledger/vectors.json` are the
contract with any other verifier. Invariant: a given body, place and past have one head, for ever.
"""

from __future__ import annotations

from hashlib import sha256

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
GENESIS_DOMAIN = b"aegis-ledger-genesis-v1\x00"
HEAD_DOMAIN = b"aegis-ledger-head-v1\x00"
_U64_BYTES = 8
_MAX_CHAIN_BYTES = 255


def leaf_hash(body: bytes) -> bytes:
    """The leaf of an entry's canonical body (RFC 6962); 32 bytes."""
    return sha256(LEAF_PREFIX + body).digest()


def genesis_head(chain_id: str, created_us: int) -> bytes:
    """The head before the first entry: binds the chain to its id and to when it was created."""
    return sha256(GENESIS_DOMAIN + _sized(chain_id) + created_us.to_bytes(_U64_BYTES)).digest()


def head_prefix(chain_id: str) -> bytes:
    """What every head of one chain starts with; computed once per chain."""
    return HEAD_DOMAIN + _sized(chain_id)


def next_head(prefix: bytes, seq: int, previous: bytes, leaf: bytes) -> bytes:
    """The head after entry `seq` (1, 2, ...).

    Args:
        prefix: From `head_prefix`.
        seq: The entry's number, below 2**64.
        previous: The head after entry `seq` - 1; 32 bytes.
        leaf: The entry's leaf; 32 bytes.
    """
    return sha256(prefix + seq.to_bytes(_U64_BYTES) + previous + leaf).digest()


def _sized(chain_id: str) -> bytes:
    encoded = chain_id.encode("ascii")
    if not 0 < len(encoded) <= _MAX_CHAIN_BYTES:
        raise ValueError(f"a chain id has 1 to {_MAX_CHAIN_BYTES} ASCII characters, got {len(encoded)}")
    return bytes((len(encoded),)) + encoded
