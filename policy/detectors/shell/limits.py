"""Limits of reading: one budget for a whole command line, whatever it nests.

tree-sitter-bash recovers from errors in quadratic time (8 KB of `a|` take a second), so only texts that are short and
hold few metacharacters go to it; the rest goes to the linear lexer. Everything here is a count, never a clock, so the
same text always gets the same reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 16_384
"""Characters of one text that are read as commands; what follows is judged by its tokens."""
LONGEST_TREE: Final = 4_096
"""Characters of a text that goes to tree-sitter."""
DENSEST_TREE: Final = 240
"""Metacharacters of a text that goes to tree-sitter."""
DEEPEST: Final = 9
"""Levels of nesting: `bash -c "bash -c ..."`, substitutions, decoded texts."""
LONGEST_WORD: Final = 8_192
"""Characters of one resolved word."""
MOST_WORDS: Final = 512
"""Resolved words of one command that are judged."""
LONGEST_VALUE: Final = 16_384
"""Characters of a variable, a folded output or a decoded text."""


@dataclass(slots=True)
class Budget:
    """What is left to spend."""

    characters: int = 24_576
    """To be parsed, over all nested texts."""
    metacharacters: int = 1_200
    """To be given to tree-sitter."""
    commands: int = 300
    words: int = 6_000
    substitutions: int = 300
    is_cut: bool = False
    is_too_deep: bool = False
