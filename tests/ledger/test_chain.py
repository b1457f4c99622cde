"""The chain's formulas: other verifiers rely on the vectors in `vectors.json`."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.chain import genesis_head, head_prefix, leaf_hash, next_head

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("chain", VECTORS["chains"], ids=lambda chain: chain["id"])
def test_the_published_vectors_hold(chain: dict) -> None:
    head = genesis_head(chain["id"], chain["created_us"])
    assert head.hex() == chain["genesis"]
    prefix = head_prefix(chain["id"])
    for entry in chain["entries"]:
        leaf = leaf_hash(entry["body"].encode())
        head = next_head(prefix, entry["seq"], head, leaf)
        assert (leaf.hex(), head.hex()) == (entry["leaf"], entry["head"])


def test_the_vectors_follow_from_the_description_alone() -> None:
    chain = VECTORS["chains"][0]
    sized = bytes([len(chain["id"])]) + chain["id"].encode()
    created = chain["created_us"].to_bytes(8, "big")
    head = sha256(b"aegis-ledger-genesis-v1\0" + sized + created).digest()
    for entry in chain["entries"]:
        leaf = sha256(b"\0" + entry["body"].encode()).digest()
        number = entry["seq"].to_bytes(8, "big")
        head = sha256(b"aegis-ledger-head-v1\0" + sized + number + head + leaf).digest()
    assert head.hex() == chain["entries"][-1]["head"]


def test_an_entry_has_another_head_in_another_chain_or_place() -> None:
    leaf, past = leaf_hash(b"{}"), bytes(32)
    heads = {
        next_head(head_prefix(chain), seq, previous, leaf)
        for chain in ("a", "ab")
        for seq in (1, 2)
        for previous in (past, leaf)
    }
    assert len(heads) == 8
    assert genesis_head("a", 1) != genesis_head("a", 2)


def test_an_empty_body_has_the_leaf_that_rfc_6962_gives_an_empty_leaf() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("chain_id", ["", "x" * 256, "\u00e4"])
def test_a_chain_id_that_has_no_encoding_is_refused(chain_id: str) -> None:
    with pytest.raises(ValueError, match=r"ASCII|ascii"):
        head_prefix(chain_id)
