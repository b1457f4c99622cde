"""Who wants which view: a decoding is for everybody, a play on words is for those who read prose.

Owns the names of the families of detectors that views are made for.
"""

from __future__ import annotations

from typing import Final

SECRETS: Final = "secrets"
PII: Final = "pii"
PROMPT: Final = "prompt"

ALL: Final = frozenset({SECRETS, PII, PROMPT})
PROSE: Final = frozenset({PROMPT})
VALUES: Final = frozenset({SECRETS, PII})
