"""Hidden places and forged delimiters: what a person does not see, and what only a chat template may write.

Owns the raw patterns for the shared scanner, with what each adds to the score. Structure, not words: `<|im_start|>`
has no business in a tool result, an instruction in an HTML comment is meant for somebody who reads the source.

Sources: chat templates of OpenAI (ChatML), Llama 2 and 3, Mistral, Gemma, Anthropic; OWASP LLM01:2025 scenarios 2,
6 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policy.text.scanner import Pattern


@dataclass(frozen=True, slots=True)
class Sign:
    """One raw pattern and what it is worth."""

    pattern: Pattern
    rule: str
    worth: float
    is_cover: bool = False
    """It hides text, and is worth something only if that text is suspicious."""


def _sign(
    name: str, regex: str, rule: str, worth: float, *, is_cover: bool = False, is_multiline: bool = False
) -> Sign:
    return Sign(
        Pattern(f"prompt.{name}", regex, is_caseless=True, is_multiline=is_multiline), rule, worth, is_cover
    )


_DELIMITER: Final = "prompt.delimiter-spoofing"
_HIDDEN: Final = "prompt.hidden-text"

SIGNS: Final = (
    _sign("chatml", r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|end_of_turn)\|>", _DELIMITER, 2.5),
    _sign("llama-header", r"<\|(?:start_header_id|begin_of_text|end_header_id)\|>", _DELIMITER, 2.5),
    _sign("inst", r"\[/?INST\]|<</?SYS>>", _DELIMITER, 2.5),
    _sign("turn-tag", r"<(?:start|end)_of_turn>|</?(?:system|user|assistant)(?:_prompt|_message|-prompt)?>", _DELIMITER, 1.5),
    _sign("turn-line", r"^\s{0,4}(?:#{2,4} ?)?(?:system|assistant)(?: (?:prompt|message|override))?: ?\S", _DELIMITER, 0.8, is_multiline=True),
    _sign("important-tag", r"<(?:important|information|instructions?|admin|system|secret|critical|urgent)>", _DELIMITER, 1.0),
    _sign("end-of-document", r"(?:-{3,}|={3,}|#{3,}) ?(?:end|begin|start) of (?:the )?(?:document|input|prompt|context|text|page|email|data)", _DELIMITER, 2.0),
    _sign("comment", r"<!--", _HIDDEN, 0.6, is_cover=True),
    _sign("invisible-style", r"(?:display|visibility) ?: ?(?:none|hidden)|font-size ?: ?0|opacity ?: ?0[^.0-9]|color ?: ?(?:white|#fff)|(?:left|top|text-indent) ?: ?-\d{3}", _HIDDEN, 1.0, is_cover=True),
    _sign("image-alt", r"!\[[^\]]{20}", _HIDDEN, 0.5, is_cover=True),
    _sign("image-query", r"\]\(https?://[^)\s]{1,60}=(?:\{|\$|\[|<|%7B)", "prompt.exfiltration", 2.5),
)  # fmt: skip
