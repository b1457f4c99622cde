"""Letters of other scripts that look like Latin ones, a line per Latin letter.

Owns the cross-script table; what compatibility normalization knows (fullwidth, mathematical, enclosed, superscript)
is not repeated. Written from the letter shapes of the Unicode charts for Cyrillic, Greek, Armenian, Hebrew, Cherokee,
Coptic, Lisu, IPA, phonetic and Latin extensions, after the idea of Unicode Technical Standard 39, not its data.
"""

from __future__ import annotations

from typing import Final

_LOOKS: Final = {
    "A": "АΑᎪꓮᗅ𐊠Ⲁ",
    "B": "ВΒᏴꓐᗷⲂℬʙ",
    "C": "СϹᏟꓚⲤ",
    "D": "ᎠꓓᗞᗪƊ",
    "E": "ЕΕᎬꓰⲈ⋿",
    "F": "ϜꓝᖴҒ",
    "G": "ԌᏀꓖ",
    "H": "НΗᎻꓧᕼⲎ",
    "I": "ІΙӀꓲⲒᛁ",
    "J": "ЈͿᎫꓙᒍ",
    "K": "КΚᏦꓗⲔK",
    "L": "Ꮮꓡᒪ",
    "M": "МΜᎷꓟⲘᗰ",
    "N": "ΝꓠⲚ",
    "O": "ОΟՕꓳⲞ⵿Ꭴ",
    "P": "РΡᏢꓑⲢ",
    "Q": "Ԛⵕ",
    "R": "ᎡᏒꓣᖇ",
    "S": "ЅՏᏚꓢ",
    "T": "ТΤᎢꓔⲦ",
    "U": "Սꓴᑌ∪",
    "V": "ѴᏙꓦⴸ",
    "W": "ԜᎳꓪ",
    "X": "ХΧꓫⲬ",
    "Y": "ҮΥҰꓬⲨ",
    "Z": "ΖᏃꓜⲌ",
    "a": "аαɑᴀⲁ⍺",
    "b": "ЬЪƅʙᏏᖯв",
    "c": "сϲᴄⲥↄ",
    "d": "ԁɗժᏧᴅ",
    "e": "еεҽⲉᴇєɛ℮ә",
    "f": "ƒẝꜰғ",
    "g": "ɡցɢƍ",
    "h": "һհʜᏂн",
    "i": "іιɩıɪꙇӏⲓᎥ",
    "j": "јϳᴊյ",
    "k": "кκᴋⲕ",
    "l": "ⅼʟւ",
    "m": "мᴍⲙ",
    "n": "пηոռɴⲛ",
    "o": "оοσօᴏⲟօ०੦૦๐໐ہ",
    "p": "рρᴘⲣƿ",
    "q": "ԛգզ",
    "r": "гʀᴦⲅꮁ",
    "s": "ѕꜱƽʂ",
    "t": "тτᴛⲧ",
    "u": "υսᴜʋцꞟ",
    "v": "νѵᴠⴸט",
    "w": "ԝѡωᴡɯա",
    "x": "хχⲭ×",
    "y": "уγүʏყ",
    "z": "ᴢⲍʐ",
    "0": "Ο߀",
    "3": "ЗӠƷȜ",
    "6": "б",
    "/": "⁄∕⧸╱",
    "\\": "⧵∖",
    "-": "‐‑‒–—―−⁃﹘",
    ":": "։׃∶ː",
    ".": "․",
    ",": "‚",
    "'": "‘’‛ʹʼˈ′`´",
    '"': "“”„‟″",
    "~": "∼˜",
    "!": "ǃ",
    "*": "∗⁎",
    "<": "‹˂",
    ">": "›˃",
    "|": "∣ǀ",
    " ": "⠀ㅤᅠ",
}

_STROKED: Final = {
    "A": "Ⱥ", "D": "ĐÐ", "H": "Ħ", "L": "Ł", "O": "Ø", "T": "Ŧ", "b": "ƀ", "d": "đð", "h": "ħ", "i": "ɨ",
    "l": "łɫ", "o": "øɵ", "t": "ŧ", "u": "ʉ", "z": "ƶ",
}  # fmt: skip
"""Latin letters with a bar through them, which have no decomposition."""

_BRAILLE: Final = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"

_FLIPPED: Final = dict(zip("ɐqɔpǝɟƃɓɥᴉıɾʞןɯuodbɹsʇnʌʍxʎz˙", "abcdefgghiijklmnopqrstuvwxyz.", strict=True))


def _inverse(table: dict[str, str]) -> dict[str, str]:
    return {look: letter for letter, looks in table.items() for look in looks if look != letter}


LOOKALIKES: Final[dict[str, str]] = {
    **_inverse(_LOOKS),
    **_inverse(_STROKED),
    **dict(zip(_BRAILLE, "abcdefghijklmnopqrstuvwxyz", strict=True)),
    # Regional indicators; squared, negative circled and negative squared letters, which normalization leaves alone.
    **{
        chr(first + index): chr(ord("A") + index)
        for first in (0x1F1E6, 0x1F130, 0x1F150, 0x1F170)
        for index in range(26)
    },
}
"""One character each; ASCII to the right."""

FLIPPED: Final = str.maketrans(_FLIPPED)
"""Letters turned upside down, to be read backwards."""
FLIPS: Final = frozenset("ɐɔǝɟƃɥɾʞɯɹʇʌʍʎ")
"""Those that are nothing else."""
