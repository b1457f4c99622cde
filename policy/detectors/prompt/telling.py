"""Whether a text could tell a model anything at all.

Most answers of services are records: keys, numbers, names. Reading every one of them for hidden orders costs more than
the whole rest of the gateway, and finds nothing: an order needs somebody who is addressed, an act, or a word of force.
Owns the pattern of such words, in the languages that the prompt detector knows. Invariant: only text in ASCII that
looks like records, holds none of these words and no disguise that would be undone for prompts is passed unread.

Does not catch: an order to a model in a record, in a language without ASCII words of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.text import families
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from policy.reading import Part, Reading

NAME: Final = "prompt.telling"
_WORDS: Final = (
    # who is addressed, and what it is
    r"you|your|yours|yourself|u|ur|assistant|chatbot|claude|gpt|chatgpt|copilot|gemini|llama|ai|llm|agent|human|developer",
    # force
    r"must|should|shall|always|never|please|pls|kindly|do not|don'?t|now|instead|important|urgent|immediately|ensure|let'?s",
    # acts
    r"ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|pretend\w*|imagine|simulat\w*|jailbreak\w*|unrestricted",
    r"reveal\w*|repeat|recite|disclos\w*|leak\w*|exfiltrat\w*|forward|upload|send|e-?mail|execute|run|say|tell",
    r"write|respond|reply|answer|output|print|act|follow|obey|call|use|make sure",
    # what is spoken of
    r"instruct\w*|prompts?|guidelines?|restrictions?|rules?|password\w*|secrets?|credentials?|confidential|system|important",
    # the same elsewhere
    r"anweisung\w*|vergiss|bitte|du|sie|dein\w*|musst|oubli\w*|consigne\w*|vous|votre|veuillez|tu|devez",
    r"debes?|olvid\w*|usted|favor|istruzion\w*|dimentic\w*|devi|voce|esquec\w*|zignoruj",
)
PATTERN: Final = Pattern(NAME, rf"\b(?:{'|'.join(_WORDS)})\b", is_caseless=True)
_QUOTES_PER_CHARACTER: Final = 1 / 40
"""Records are full of quotation marks; prose has one in a hundred characters or fewer."""
_LOOKED_AT: Final = 4096
"""Characters that say whether a text is a record."""


def may_tell(reading: Reading) -> bool:
    """Tell whether a text has to be read for orders."""
    return not _is_record(reading.text) or any(map(_tells, reading.parts))


def _is_record(text: str) -> bool:
    start = text[:_LOOKED_AT].lstrip()
    return (
        start[:1] in {"{", "["} and start.count('"') >= len(start) * _QUOTES_PER_CHARACTER and text.isascii()
    )


def _tells(part: Part) -> bool:
    return NAME in part.scan.hits or any(
        families.PROMPT in view.wanted_by and (NAME in scan.hits or not view.text.isascii())
        for view, scan in part.views
    )
