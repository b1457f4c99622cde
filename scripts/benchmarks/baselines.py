"""Open-source detectors, run beside ours on the same rows in the same run.

Runs as a process of its own in an environment of its own, because their dependencies are none of Aegis's: this file
imports nothing of ours. `python baselines.py NAME FIELD < rows.jsonl` prints one line a row: 1 or 0, then the seconds
all rows took.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILY_OF = {"detect-secrets": "secrets", "presidio-patterns": "pii", "libinjection": "sqli"}
"""Baseline to the family it speaks about."""


def _detect_secrets() -> Callable[[str], bool]:
    """detect-secrets as it scans files: its mode for single lines takes any word for a secret."""
    from detect_secrets import SecretsCollection  # noqa: PLC0415 - each baseline runs alone
    from detect_secrets.settings import default_settings  # noqa: PLC0415 - each baseline runs alone

    folder = tempfile.mkdtemp(prefix="aegis-baseline-")
    file = Path(folder, "row.txt")

    def judge(text: str) -> bool:
        file.write_text(text, encoding="utf-8", errors="replace")
        found = SecretsCollection()
        with default_settings():
            found.scan_file(str(file))
        return bool(found.files)

    return judge


def _presidio() -> Callable[[str], bool]:
    """Presidio's pattern recognizers of every country, without a language model, at their own default threshold."""
    from presidio_analyzer import PatternRecognizer, predefined_recognizers  # noqa: PLC0415 - each baseline runs alone

    kinds = [
        kind
        for kind in vars(predefined_recognizers).values()
        if isinstance(kind, type) and issubclass(kind, PatternRecognizer)
    ]
    recognizers = [kind() for kind in kinds]

    def judge(text: str) -> bool:
        return any(
            result.score >= 0.5  # noqa: PLR2004 - its documentation's threshold
            for recognizer in recognizers
            for result in recognizer.analyze(text, recognizer.supported_entities, None) or ()
        )

    return judge


def _libinjection() -> Callable[[str], bool]:
    import libinjection  # noqa: PLC0415 - each baseline runs alone

    return lambda text: bool(libinjection.is_sql_injection(text)["is_sqli"])


_MAKERS = {"detect-secrets": _detect_secrets, "presidio-patterns": _presidio, "libinjection": _libinjection}


def main() -> None:
    """Judge standard input."""
    name, field = sys.argv[1:3]
    judge = _MAKERS[name]()
    texts = [json.loads(line)[field] for line in sys.stdin]
    started = time.perf_counter()
    answers = [judge(text) for text in texts]
    elapsed_s = time.perf_counter() - started
    for answer in answers:
        print(int(answer))
    print(elapsed_s)


if __name__ == "__main__":
    main()
