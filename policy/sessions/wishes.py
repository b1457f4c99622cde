"""Words by which a user asks for what is otherwise suspicious.

Owns a small vocabulary, English first. A wish lowers a severity, it never excuses what is sensitive to a stranger.

Does not catch: wishes in other words and most other languages, which leaves the severity as it is.
"""

from __future__ import annotations

from typing import Final

WISHES: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(words.split())
    for name, words in {
        "run": "run execute install start setup try launch deploy follow build ausführen installiere instala exécute",
        "remember": "remember save store memorize note keep record memory memories index ingest learn import embed"
        " init merke speichere recuerda",
        "secrets": "secret secrets key keys token tokens credential credentials password passwords env dotenv passwort",
        "send": "send answer respond write tell invite confirm remind post publish upload forward share push mail email"
        " reply submit report comment handle process resolve work help support assist schicke sende envía envoie",
        "upload": "upload post publish submit push deploy webhook deliver fill enter register book order buy pay apply",
    }.items()
}
"""`run`, `remember`, `secrets`, `send`, `upload`."""
