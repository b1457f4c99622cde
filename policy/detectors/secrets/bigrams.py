"""How likely one letter follows another in words and identifiers, for telling words from random text.

Derived for Aegis from the words in the sources of Python's standard library: for each letter the log2 of how much
more often each next letter follows than in uniformly random text, in half bits from -9 (`A`) through 0 (`J`) to
+9 (`S`).
"""

from __future__ import annotations

from typing import Final

_ROWS: Final = (
    "DJLKCEIAJAFMKMAJAMLNHGEFGA"
    "MGIHMEDALJBNFELGAKKGMAAAJB"
    "MCHFMEBMJALKGDOEAJHMJCBAEA"
    "LGFJPHDCODDJEFLEBIKGJCBBFA"
    "KEKMHIGBEABKJMEIGNMLCGFKFA"
    "LFHHLMEAPAAKEFNEALIJKACAHA"
    "JBFEPCILLADKILJEAMLHKDBABC"
    "OACFPBABMADHGENCAJHLHAAAGA"
    "IIKJJIJABACKJPLIAJLMAHAGAH"
    "NCFHOHAAJFGBFCNHADMCNDJAEA"
    "KEGIQEIBMEBJDIHGBGMHICJAEA"
    "MDFJOHDANADLCEMGADKJIDAAKA"
    "OIDGPCBALADIJDLNABJGIAAADA"
    "LBLMMINCKAGGCHKFACMNHGAADA"
    "GHKKDGHAGBHKKOIKANJKKHJEAA"
    "NCFFNECHKAFMCDMKANILIACAIA"
    "GDBFDECAEAALFHCAFGKFRGAAAA"
    "MDIIPFHAMAGHJIMGAILKHFCAIA"
    "IBJEOFEJMAGIFFKKEELOKCEAHA"
    "MCHFOFALNABHFDKHAMKJJCEAJB"
    "JKJHKIHAJAALKNGLAMLMAAACAA"
    "ODHBQEDANAABFFJEAEEEAAAACA"
    "NCEIMECMNAFGBLMEALKFBBFAAA"
    "JGMGNHCFLAAIJFHNCFHOECAIHA"
    "HGIGJGJCKAAKKKJOAHMMBFIBEE"
    "LBBERFADNAAFIDKGAGFGCAAAFC"
)

HALF_BITS: Final[tuple[int, ...]] = tuple(ord(letter) - ord("J") for letter in _ROWS)
"""Index `26 * first + second`, letters from 0 (a)."""
