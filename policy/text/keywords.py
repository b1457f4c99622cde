"""Words that attacks on a model are made of, for recognizing them through a play on letters.

Owns the lexicon of this package: it decides which reading of a disguised word is the likely one and whether undoing a
cipher made sense. It accuses nobody: a detector judges the text that comes out.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = (
    "ignore",
    "disregard",
    "forget",
    "override",
    "bypass",
    "previous",
    "instruction",
    "system",
    "prompt",
    "password",
    "secret",
    "reveal",
    "jailbreak",
    "developer",
    "assistant",
    "unrestricted",
    "restrictions",
    "confidential",
    "credentials",
    "execute",
    "exfiltrate",
    "pretend",
)
"""Long words that seldom mean anything else; looked for in reversed and shifted texts."""

_MORE: Final = """
above access account accurate act action activate actually address admin administrator after again against all allow allowed
always and another answer any anything api appear apply are attack authorization available avoid aware away back because become
been before begin behave being believe below bomb break build but bypassed call called can cannot card change character chat chatbot
child code command commands comply complete completely concatenate conditions constraints contact content context continue control
conversation convert could create creative credit critical crime current custom data dangerous dead deal default delete deny
describe detail details dialogue different directive directives directly disable disclose display does doing done dont drug drugs
during each earlier else email emergency enable encoded encrypt end engage engaging english entire essay ethical ethics even every
everything example except explain explicit explosive external fact failed false fiction fictional file files filter filters final
find first fiscal follow followed following follows for format free freely from full fully function game generate get give given
goal going good great guide guidelines guard hack hacked hacking hacker harmful have hello help helpful here hidden history hour how
human hypothetical idea identity illegal immediately immoral important include included including individual information initial
input inputs inside instead instructions instructed into internal internet its itself just keep key keys kill know knowledge language
large last leak legal let letter letters life like limit limitations limits line list listen literally little live local log login look made
mail make malicious malware manner many material me mean message messages method mode model moderation moral morals more must my
name need never new next no none nor normal not nothing now obey of off ok old on once one only open operate or order original other
our out outside output own page paragraph part people perform permission permissions person phrase place plan play please policies
policy possible post print private private privilege pretending process produce profile program prompts protocol provide public
punish purpose question questions read real really receive recipe refuse regardless release remember remove repeat replace reply
request requests required respond response responses restricted return reverse right role roleplay root rule rules run safe safety
say scenario screen script search section secrets security send sensitive sentence server session set setting settings shall share she shell
short should show similar simulate simulation simply since skip social some something special specific speak start state still
stop story string strictly style such suicide tail take talk task tell template term terminal terms test text than that the their
them then there these they thing things think this those thought three through time title to today token tokens told tool topic total
train trained training translate translation trick true truth try type under unethical unfiltered unless until upload url use user
username users using valid value verbatim version very via victim violence violent virus visit wait wallet want warning was way
we weapon weapons web website well were what when where whether which while who whole why will win with without word words work world would write
writing written wrong yes you your yourself
"""  # noqa: E501

WORDS: Final = frozenset((*KEYS, *_MORE.split()))
"""Lower case, ASCII."""
