"""Remembering what was said of a text, without remembering the text.

Conversations are sent again with every turn, so most of what a model is asked to read has been judged before. Owns a
bounded map from a digest of the text to what the detector said of it. Invariant: a pure cache; with it and without
it every verdict is the same. The detections hold masked evidence only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detection import Detection

CAPACITY: Final = 8192
"""Texts remembered; a detection takes a few hundred bytes."""


class Memory:
    """The last detections, by digest; used by any number of threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._known: OrderedDict[bytes, Detection] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, about: str, text: str, detect: Callable[[], Detection]) -> Detection:
        """Return what was said of a text, or ask now.

        Args:
            about: what else decides, such as the channel.
            text: agent-supplied.
            detect: asks the detector.
        """
        key = blake2b(f"{about}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        detection = detect()
        with self._lock:
            self._known[key] = detection
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return detection
