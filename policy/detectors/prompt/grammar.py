"""The grammar of attacks: patterns over concepts, not over words.

Owns the productions. Each is a Hyperscan expression over the concept string of `lexicon`, where one character is
one word, so that `I~P~R` is *ignore ... previous ... instructions* in every wording and language the lexicon knows.
`~` stands for up to three words within a sentence, `_` for at most one, `=` for up to seven; the mark `|` ends a
sentence. Productions name a technique; how much each is worth on its own word is set here, by hand; what it is
worth in company is learned (`model`).

Sources: OWASP LLM01:2025; MITRE ATLAS AML.T0051 (prompt injection), T0054 (jailbreak), T0056 (prompt extraction),
T0057 (data leakage).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policy.text.scanner import Pattern, Scanner

_GAPS: Final = {"~": "[^|]{0,3}", "_": "[^|]?", "=": "[^|]{0,7}"}


@dataclass(frozen=True, slots=True)
class Production:
    """One shape of an attack."""

    name: str
    """Kind of the match."""
    rule: str
    """Row of the rulebook."""
    shape: str
    """Over concept letters, with the three gaps."""
    worth: float
    """What it adds to a window's score on its own word, in log-odds; set by hand from what the technique means."""

    @property
    def regex(self) -> str:
        """The shape in Hyperscan's syntax."""
        return "".join(_GAPS.get(char, char) for char in self.shape)


_OVERRIDE: Final = "prompt.override"
_JAILBREAK: Final = "prompt.jailbreak"
_EXTRACTION: Final = "prompt.extraction"
_SPOOFING: Final = "prompt.role-spoofing"
_EXFILTRATION: Final = "prompt.exfiltration"
_ADDRESSED: Final = "prompt.addressed-to-model"
_SECRECY: Final = "prompt.secrecy"
_TASK: Final = "prompt.task-switch"
_OUTPUT: Final = "prompt.forced-output"

PRODUCTIONS: Final = (
    # Taking back what the operator said.
    Production("ignore-previous-instructions", _OVERRIDE, "I~P~[RX]", 4.5),
    Production("ignore-instructions-above", _OVERRIDE, "I~[RX]~P", 4.5),
    Production("ignore-all-instructions", _OVERRIDE, "I_T~R", 4),
    Production("ignore-your-instructions", _OVERRIDE, "I~Y_[SPT]?R", 4),
    Production("ignore-system", _OVERRIDE, "I~S_[RXDF]", 2.5),
    Production("forget-everything", _OVERRIDE, "I_[TP]~P", 3.5),
    Production("forget-what-was-said", _OVERRIDE, "I~[TPw]~[Ymb]~[dX]", 4),
    Production("ignore-and-do", _OVERRIDE, "I~[TPR][^OV]{0,3}[aW/:|][^I]{0,3}[OVA]", 3),
    Production("do-not-follow", _OVERRIDE, "N~L~[PTYFS]~[RXF]", 3),
    Production("stop-following", _OVERRIDE, "[NB]_L~[PTY]", 2.5),
    Production("instructions-are-void", _OVERRIDE, "[PTY]_R[^|]{0,6}[IU]", 3),
    Production("ignore-restrictions", _OVERRIDE, "I~[YTMS]~F", 2.5),
    Production("ignore-below", _OVERRIDE, "I~l|I~R~l", 2),
    Production("forget-who-you-are", _OVERRIDE, "I_[.t]?Yb|I~w_Yb", 3),
    Production("do-not-listen", _OVERRIDE, "L_N~P|N_L_[tf]~P", 3),
    Production("instructions-do-not-apply", _OVERRIDE, "P_R~N|R~Y~d~N", 3),
    Production("users-outrank-system", _OVERRIDE, "[DRX]=J~S", 2),
    Production("change-instructions", _OVERRIDE, "r_Y_R", 3),
    Production("forget-all-and-do", _OVERRIDE, "I_[PT][|/:a]?[OVA]", 3),
    Production("ignore-first", _OVERRIDE, "[/|:\\]\\[]I~[TPYR]", 1.5),
    # A new task in place of the old one.
    Production("new-instructions", _TASK, "W_[RX][:|/]", 2.5),
    Production("your-new-task", _TASK, "Y_W~[RXQ]", 3),
    Production("instead-do", _TASK, "[aN|/]W_[OVE]", 2),
    Production("only-follow-this", _TASK, "G~L~t~[RX]", 3),
    Production("answer-instead", _TASK, "[OV]~W~[OV]", 1),
    Production("task-done", _TASK, "X_[BT][|/]|B[|/]_W|B~W~X|[:]X_[BT]", 2.5),
    Production("praise-and-next", _TASK, '[/|"]_[.]_B[|]~[aW]~W', 1.5),
    Production("before-your-task", _TASK, "P~Y[^|]{0,3}X[^|]{0,9}m|PYc[^|]{0,4}X", 2.5),
    Production(
        "message-to-model", _ADDRESSED, "JX[^|]{0,9}M|X_fm[^|]{0,8}Y[^|]{0,2}M|J_f_M|[|/<]M_[:|]?G", 3.5
    ),
    Production("said-above-void", _OVERRIDE, "[PYd]_[RX]~[bcN]~[NIU]_[NILFA]?", 1.2),
    Production("fake-completion", _TASK, "[OR/|]_:X_?[BT][|/]", 4),
    Production("do-not-answer", _TASK, "N~O~X[^V]{0,2}[OV]", 2.5),
    Production("end-of-prompt", _SPOOFING, "-_B~[RXSDP]|B~[RSDX]~-|\\[_B~[RXSDP]_\\]", 2.5),
    Production("instructions-outrank", _OVERRIDE, "[XRD]~R=[>P]~S|R~J=[SPT]|J~P", 2),
    # Turning the model into somebody without limits.
    Production("you-are-now", _JAILBREAK, "YbW|WbY", 2.5),
    Production("from-now-on", _JAILBREAK, "fWf~Y|W_Y~[AQ]", 2.5),
    Production("act-as-unrestricted", _JAILBREAK, "[AbQM]=U", 1.2),
    Production("no-restrictions", _JAILBREAK, "N~F", 1.5),
    Production("not-bound", _JAILBREAK, "N_L~[RFM]|U_f=[RFM]", 2.5),
    Production("no-longer", _JAILBREAK, "YbN[^|]{0,4}[MSL]", 2.5),
    Production("never-refuse", _JAILBREAK, "Y~N~N|N~[NOH]~F", 2.5),
    Production("pretend-to-be", _JAILBREAK, "A~[Yb]~[MSU]", 1.5),
    Production("stay-in-character", _JAILBREAK, "[.N]fQ|.Q[|/]", 1.2),
    Production("regardless-of-ethics", _JAILBREAK, "F~[aX]_F|[RF]_[fa]_M", 1.2),
    Production("mode-enabled", _JAILBREAK, "[SMUT]Q", 1.5),
    # Getting at the prompt, or at a secret kept in it.
    Production("reveal-your-prompt", _EXTRACTION, "[VOC]~Y~[PST]?_R", 4),
    Production("reveal-system-prompt", _EXTRACTION, "[VOC]=S_R|[VOC]=P_R", 3),
    Production("repeat-instructions", _EXTRACTION, "[VO]_P_R|[VO]_R_P", 4),
    Production("repeat-above", _EXTRACTION, "[VO]~[TtX]~P|V~P_[RX]", 2),
    Production("what-are-your-instructions", _EXTRACTION, "w~Y~R|w~R~[Yd]", 3),
    Production("what-is-above", _EXTRACTION, "w~[bX]~X[^|]{0,6}[PR]|wbXP", 2.5),
    Production("print-all-above", _EXTRACTION, "[VO]_[TP]_[f]?P", 3),
    Production("instructions-given", _EXTRACTION, "[VO]~R_Y~d|R_YPb?d", 3.5),
    Production("what-were-you-told", _EXTRACTION, "w~Yb~d|w~[bd]_[YP]_[Yd]", 2),
    Production("reveal-secret", _EXTRACTION, "[VO]~[YtmT]~K", 2),
    Production("list-instructions", _EXTRACTION, "[VO]_R[|/,]", 2),
    Production("instructions-so-far", _EXTRACTION, 'R~.s?.~[:"]|XPb', 0.3),
    # Words that a text has no business saying to a machine.
    Production("addressed-to-model", _ADDRESSED, "[JN]=M|[:|/\\[]_[.f]?M[:|,/]", 1),
    Production("if-you-are-an-ai", _ADDRESSED, "sY~M|sYb.M|Yb_.?M", 1.5),
    Production("important-instructions", _ADDRESSED, "J_[RX]|<_J_>", 2.5),
    Production("important-colon", _ADDRESSED, "[|/\\[<-]_J[:|/\\]]", 0.6),
    Production("before-anything", _ADDRESSED, "[PB]~[YZO]=[Zv]", 1.5),
    Production("must-call-tool", _ADDRESSED, "[YG]~[GY]~[ZE]", 0.4),
    Production("do-not-tell", _SECRECY, "N~[VH]~D|N~H~t", 2.5),
    Production("do-not-mention", _SECRECY, "N_[HV][|]?", 1.2),
    # Carrying something out.
    Production("send-to-address", _EXFILTRATION, "E[^|]{0,14}@|E[^|]{0,14}fn", 1),
    Production("send-secret", _EXFILTRATION, "E~[YtmT]~K|E~D~K|K[^|]{0,5}fn", 1.5),
    Production("send-to", _EXFILTRATION, "E[^|]{0,8}f_.@", 2),
    # A role's turn played within a text.
    Production("role-turn", _SPOOFING, '[/\\[<#"-][SMD]X?[:\\]>]', 1.5),
    Production("system-message", _SPOOFING, "[#<\\[]_[[]?[SM]X", 3),
    Production("role-header", _SPOOFING, "[#<\\[-]_[SMD]_[RX]?[:\\]>|/-]", 1.2),
    Production("fake-policy", _SPOOFING, "S_[JRWX][:|\\]]|[SM]_[IWJ]", 2),
    # Wanting one exact answer.
    Production("say-quoted", _OUTPUT, '[GWa|/]_O_"|O[^|]{0,4}"', 0.6),
    # What attackers have a model say to show that it obeys.
    Production("say-taunt", _OUTPUT, "[OVGWX][^|]{0,5}p", 5),
    Production("taunt", _OUTPUT, "b_p", 3),
    Production("say-access-granted", _OUTPUT, "[OVY][^|]{0,5}Z_g", 2.5),
    Production("only-say", _OUTPUT, '[GW]_O|O~G~[fX"]', 1.2),
    Production("and-say", _OUTPUT, "[|/a]_O", 0.4),
    Production("say-nothing-else", _OUTPUT, "N[^|]{0,3}[OH]~[TP]?", 1.2),
)

SCANNER: Final = Scanner(Pattern(production.name, production.regex) for production in PRODUCTIONS)
