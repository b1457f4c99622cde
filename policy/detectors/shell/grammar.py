"""The parser of tree-sitter-bash, and what may reach it.

Two C libraries read agent-supplied text here, so what they get is narrow:

- only tab, line feed and printable ASCII. The grammar's scanner asks `isdigit` about whole code points, which reads
  far outside of a table of 384 entries: `a {` and U+10FFFF ended the process (CWE-125). Every other character is
  shown to the grammar as `%`, which is an ordinary character of a word; words are cut out of the text as it was. One
  character is one byte, so offsets are those of the text.
- no long or many here-documents: their delimiters go through a state of 1,024 bytes, and what does not fit is dropped.
- short and not dense (`limits`): the library recovers from errors in quadratic time.

One parser, one thread at a time, tree and nodes included: the binding keeps a cursor that all trees share. No callback,
no clock. Invariant: `parsed` returns before any node of its tree can be used elsewhere.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Final

import tree_sitter_bash
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

_FOREIGN: Final = re.compile(r"[^\t\n -~]")
_STAND_IN: Final = "%"
_MOST_HEREDOCS: Final = 8
_LONG_DELIMITER: Final = re.compile(r"<<-?[ \t]*[^\s<]{64}")
_LOCK: Final = threading.Lock()


def parsed[Made](text: str, walk: Callable[[Node], Made]) -> Made | None:
    """Parse one agent-supplied text and return what `walk` makes of its root; None if it is not to be parsed.

    Args:
        text: of any characters; offsets of nodes are offsets in it.
        walk: must keep no node.
    """
    if text.count("<<") > _MOST_HEREDOCS or _LONG_DELIMITER.search(text):
        return None
    data = _FOREIGN.sub(_STAND_IN, text).encode("ascii")
    with _LOCK:
        tree = _parser().parse(data)
        made = walk(tree.root_node)
        del tree
    return made


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))
