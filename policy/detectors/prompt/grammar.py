"""The grammar of attacks: shapes over concepts, not over words.

Owns the productions. Each is a shape (`shapes`) over the concept string of `lexicon`, where one character is one
token, so that `I~P~R` is *ignore ... previous ... instructions* in every wording and language the lexicon knows; `|`
inside a class is the end of a sentence, `/` that of a line. A production names a technique; what it is worth is set
here, by hand, from what the technique means; the model adds what words it has learned (`scoring`).

Sources: OWASP LLM01:2025, LLM07:2025; MITRE ATLAS AML.T0051 (prompt injection), T0054 (jailbreak), T0056 (prompt
extraction), T0057 (data leakage).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from policy.detectors.prompt.shapes import Index, Shape, index, parse


@dataclass(frozen=True, slots=True)
class Production:
    """One shape of an attack."""

    name: str
    """Kind of the match."""
    rule: str
    """Row of the rulebook."""
    shape: Shape
    worth: float
    """What it adds to a window's score on its own word, in log-odds."""


_BY_RULE: Final[dict[str, tuple[tuple[str, str, float], ...]]] = {
    "prompt.override": (
        ("ignore-previous-instructions", '[^f"]I~P~R|[YM1]fI~P~R', 4.5),
        ("ignore-instructions-above", "I~[R]~P|I[^|m]{0,3}[Xq][^|m]{0,3}P", 4.0),
        ("ignore-all-instructions", "I_T_[tf]?_R", 2.2),
        ("ignore-your-instructions", "I_[TtfP]?_Y_[SPTF]?R", 3.5),
        ("ignore-system", "I_[Tt]?_S_[RXqDF]", 2.5),
        ("forget-everything", 'I_[TP]_[Xqt]?P[|/aYmt:"]|I_T[|/:,a]|I_T_[Yw.]_?[cbmPd]', 2.6),
        ("forget-what-was-said", "I~[TPw]_[Ymb]_[b]?_?d_[P|/aW]|I_[TPw]_[Ym]_?[.b]?_?d", 2.6),
        ("forget-all-and-do", "I_[PT][|/:a,]?[a]?_[OVA]", 2.5),
        ("ignore-and-do", "I~[TPR][^OV]{0,3}[aW/:|][^I]{0,3}[OVA]", 2.0),
        ("do-not-follow", "[^w.]N_L_[tTPYF]_[PTYFS]?_[R]", 3.0),
        ("stop-following", "[NB]_L_[TPY]_[PTYFSXq]?R", 2.5),
        ("instructions-are-void", "[PTYd]_R[^|]{0,4}[bc][^|]{0,2}[IiUN]", 2.5),
        ("ignore-restrictions", "I~[YT1S]~F", 2.0),
        ("ignore-below", "I_t_[Xq]?_l|I~R~l|I_t_l", 2.5),
        ("forget-who-you-are", "I_[.t]?Yb|I~w_Yb|I_Y_[Qq]", 3.0),
        ("do-not-listen", "L_N~P|N_L_t~P", 3.0),
        ("instructions-do-not-apply", "[PSY1]_[RF]~N_[A.]|[RF]_Y_b?_d~N_[A.L]", 2.5),
        ("outranks-system", "J_f?_[PSTY]_[TPSYR]|[XqRDtm]_[bJ]_J_f_[PSTY]", 2.0),
        ("change-instructions", "r_Y_[SP]?R", 2.5),
        ("ignore-first", r'[/|:\]\["][aWs]?I_[TPYRt]', 1.2),
        ("overruled-by-this", "[tWl]_R_[cbGW]?_[Ii]_[TPtY]", 2.0),
        ("no-longer-bound", "[Y1M]_b?N[.P]_[LbF]_[fP]?_?[TPYtm1S]?_[RFM1]", 3.0),
        ("do-not-use-context", "N_[.Zv]_[f]_[tT]?_?[Xq]_d|I_T_[d]_X", 1.5),
        ("decode-and-obey", "C[^|]{0,8}[aW]_[LZv]_|[LZ]_t_C|C[^|]{0,8}a_[LZ]_[t]?_?[RX]", 0.8),
        ("ignore-safety", "I_[tTY1]?_?F_[RF]", 2.5),
        ("follow-mine", "LG?m[W.]?R|LG?tR[lW]|LG?Rm", 1.3),
        ("pretend-nothing-was-said", "A_[t]?_?P_[Xq]_N|[PtX]_[X]_N_[.]", 0.8),
        ("ignore-the-rules", "I_[tf]_R", 0.8),
        ("rules-ignored", "P[^|]{0,4}R[^|]{0,7}I", 2.3),
        ("machine-ignore", '[/|":]_[u]?_?[M1]_[|]?_?I', 2.5),
        ("to-ignore-previous", "fI~P~R", 2.3),
        ("ignore-previous-text", "[^f]I[^|m]{0,3}P[^|m]{0,3}[Xq]|[YM1]fI[^|m]{0,3}P[^|m]{0,3}[Xq]", 3.0),
        ("ignore-my-text", "I_m_P_[Xq]|fI~P~[Xq]", 1.2),
        ("ignoring-previous", "i~P~R", 1.5),
        ("rules-above-not", "R_P_N|t_R_P_[.N]", 1.6),
        ("ignore-previous-spaced", '[^f"]I_P[^|]{0,6}R', 3.5),
        ("ignore-previous-quoted", '"I~P~R', 2.5),
    ),
    "prompt.task-switch": (
        ("new-instructions", r'[/|":\[-]_[J.]?_W_[RXq][:|/]|Y_W_[.J]?_[RXq]', 2.5),
        ("your-new-task", "Y_W_[.J]?_[RXqQ]_b|Y_G_[.t]?_W_q", 2.5),
        ("instead-do", "[aN|/]W_[OVE]", 1.2),
        ("only-follow-this", "G_[G.]?L_[fG]?_[tl].?_[RXql]", 3.0),
        ("task-done", '[:|/"][^|]{0,2}q_[b]?[BT][|/"]|B[|/]_[aW]?_W_[RqO]|B~W_q', 2.0),
        ("fake-completion", "[OR/|]_:_[Xq]_?[BT][|/]", 4.0),
        ("praise-and-next", "j[^/]{0,9}W[^|]{0,4}[qRXOV]", 1.5),
        ("before-your-task", "[PB]_Y_[^|]{0,2}[Xq]_[^|]{0,6}[md]|PYc[^|]{0,4}[Xq]|P_[.v]_Y_q", 2.5),
        ("do-not-answer", "N_O_t_q|N_O_m_[Xq][^V]{0,3}[OV]", 2.5),
        ("start-over", "B_[.f]?_[.]?_[Wf]_?[.Xq]?_?W_[Xq]", 1.5),
        ("real-task", "[YWt]_[.]?7_[RXqQ]", 2.5),
        ("whatever-asked-say", '[Tw]_[Xq.]?_[DmY]_[Xqd.].?[^|]{0,6}[GW]?_O_[G"]', 1.8),
        ("stop-everything", "[|/]N_T[|/]|[|/]N[|:-]{1,2}_[WG]?_?[OV]", 1.5),
        ("do-not-process", "N_[.O]_t_[Xql][|/]_[.aW]?[OVG]|N_[.O]_t_[Xql]_[aW]_[OV]", 1.4),
    ),
    "prompt.addressed-to-model": (
        (
            "message-to-model",
            r"J[Xq][^|]{0,9}[M1]|[Xq]_fm[^|]{0,8}Y[^|]{0,2}[M1]|J_f_[.tT]?[M1]|[|/<\[]_[M1]_[:|]_?G|[Xq]_f_[tT.]?[M1][:|/]|[XqR]_f_[tT.]?_?[M1D]?[M1]:",
            3.0,
        ),
        ("addressed-by-name", r"[:|/\[]_[.f]?[M1][,:|/]|[JN]_f?_[M1]_[:|/]", 0.7),
        ("if-you-are-an-ai", "s_Yb_[.]?[M1]|sY~[M1]_[.b]?[^|]?[Xq]", 2.5),
        ("you-are-an-ai", "Yb_[.]?[M1]", 0.7),
        ("any-model-reading", "T_[M1]_[tw]?_[.LO8][^|]{0,4}[tXqm]", 2.5),
        ("important-instructions", r'J_[WTS]?R[:|/]|<_J_>|[/|:\["]J[:|]_Y|[/|:\["]J[:|]_[YM1]', 1.8),
        ("important-colon", r"[|/\[<-]_J[:|/\]]", 0.6),
        ("before-anything", "[PB]_Y?[ZOE]_[TtXq]_[^|]{0,6}[YG]_[GY]?_[Zv]|[PB]_[ZO]_[.]?T_", 1.5),
        ("user-agreed", "D_[b.c]?_?[bP.]?_[.]?_?5_[tTfYa|]", 1.2),
        ("run-tool-first", "[GYPB]_[PBGY]?_Z_t_[^|]{0,4}Z", 1.0),
        ("must-call-tool", "[YG]_[GYPB]_[^|]{0,2}[ZE]_", 0.5),
        ("when-processing-this", "s_Y?_?[b]?8_t_?[Xq.][^|]{0,8}[GOVZE]|s_Y_8_t", 2.0),
        ("alarm-and-name", "J_f?_?t?_?[M1]_?[:|/-]|J_f?_?T?_?[M1]_[wG]", 2.2),
        ("user-asked-you", "D_[G.b]?_[.]?d_Y_f|D_[G.b]?_?[.J]?_G_Y_f", 1.3),
        ("greeting-a-machine", 'u_[M1]|[|/"]_1_.[:]', 1.0),
        ("machine-please", r'[|/":\[]_[u.]?[M1][|]?_[.a]?[.a]?[ZEI]|[M1]:[.a]?[ZEGI]', 1.0),
        ("machine-processing", "[M1]_8_t|[M1]_[.]_f_t_[X.]_G", 1.8),
        ("and-tell-the-user", "[a|/]V_tD_t", 1.0),
        ("call-before-this", "G_Z_[^|]{0,8}P_Z_t_Z|G_Z_[^|]{0,3}B[|/]", 1.3),
        ("before-any-tool", "P_Y_[Z.]_[Tt]_Z|G_b_Z_P_[Tt]", 2.2),
    ),
    "prompt.jailbreak": (
        ("you-are-now", "YbW_[M1QA2UN]|WYb_[M1Q2U]|Y_c_W_b?_[A]", 2.5),
        ("from-now-on", "fWf.?[YM1]|fW_Y_[cG]|ft[.B]W_?[YM1m]|f_W_f?Y[LcGOA]", 2.5),
        ("act-as-unrestricted", "[AbQM1]~2", 1.5),
        ("act-as-evil", "[AQ]_[f]?_[^|]{0,2}U_[M1Q.]", 1.2),
        ("no-restrictions", "NTF|N_[YtUSM1k]?F|2_f[TYtP]?F", 1.1),
        ("not-bound", "N_L_[fT]_[TYPtM1.]?_[RFM1]|2_f_[TYtPM1]?_[RFM1]|N_[LF]_[f]_[^|]{0,3}[RFM1]", 2.5),
        ("can-do-anything", "c_[vZO.]_T_W|[YM1Q2]_c_[vOVXZ]_T[|/f]|[tYM1Q2.]_c_v_T[|/f.atY]", 2.0),
        ("no-longer", "YbN[.P]_[^|]?[M1SL]", 2.5),
        ("never-refuse", "[YM1Q2][^|]{0,2}N_4|N_4_[TXqO]|[GN]_N_[OH]_[Yt]_?c_?N", 2.0),
        ("never-refuse-weak", "N_4", 0.8),
        ("no-warnings", "N_[OHVZ.]_[T.]?_[Fk]|N_[Fk]_[ao]_[Fk]|[|/aN]_N_[T.]?[Fk]_[aFk]", 1.2),
        ("pretend-to-be", "A_f?_b_[.t]?_[M1SU2]|A_[Yf]_[b]?_[.]?_[M1SU2]", 1.5),
        ("stay-in-character", "[.N]fQ|N_.Q[|/a]", 1.0),
        ("regardless-of-ethics", "[N9]_[^|]{0,4}F_[aXq]_[^|]?F|9_f?_[^|]{0,3}[FU]", 1.5),
        ("ethics-and-law", "F_[aoXq]_F|U_[aoXq]_[U2]", 0.8),
        ("mode-enabled", "[S2U1]Q_[bB.]?|[S2U1]_Q_[b]?_[BZ5]|BQ", 1.2),
        ("model-policies", "1[Xk.]?F|1t?R", 2.0),
        ("two-answers", "[OV]_[fmT]_[Xq.]?_?[.f]?8_[.XqQ][|:/]|[OVXq]_f8_[.]|8O", 1.5),
        ("named-persona", "Y_n?_[.]?b_[W.]?_2|[Y1]_[bc]_[W.]?_[AL]_f_[t.]", 1.5),
        ("alter-ego", "[AQ]_f_[^|]{0,3}[M1]_[n.]?Q", 1.2),
        ("first-question", "m_B_[XqR][:b/]", 0.3),
        (
            "persona-does-not-care",
            "[MQ1.]_N_6_[fa]?_[^|]{0,2}[FR]|[MQ1]_N_L_[fa]?_[^|]{0,2}[FR]|[Q1M2]_N_[F6]",
            1.3,
        ),
        ("new-name", "Y_Q_b_W|Y_W_[.]_[f]_Q|Y_b_W_[Q]", 2.0),
        ("you-have-no-limits", "[YM1Q2]_[cGb.]_N_[Tk.]?F|[YM1Q2]_N_[Tk.]?F", 1.2),
        ("your-name-is", "Y_Q_b_.", 0.3),
    ),
    "prompt.extraction": (
        (
            "reveal-your-prompt",
            "[VO]_[mTXq]?_?[fTwt]?_?Y_[PSTWy]?_?[Rh]|[VO]_Y_[PSTWy]{0,2}[Rh]|[VO]_m?_t_[T.]?_?X_f_Y_[P]?_?R|[VO]_[tmfa.]?_?R_[f.]?_?S_",
            4.0,
        ),
        ("reveal-system-prompt", "[VO]_[mtTf]?_[tTY]?_S_R|V[Tt]{0,2}P_R|[VO]_[tma.f]?_?R_[f.]?_?S", 3.0),
        ("convert-prompt", "C_[tTYP]?_[YPS]_[SPT]?_?[RXq]", 2.0),
        ("repeat-instructions", "V[Ttf]?[tT]?P_R|V[Tt]?[tT]?R_P", 3.5),
        ("repeat-above", "[VO]_[Xq]_[f]?_?P|[VO]m?T[fXq]?t?P", 1.5),
        ("what-are-your-instructions", "w_[bcd]?_Y_[PST.]?_?R|w_[.]?_?R_[bcv]_[Yd]|w_R_Y", 3.0),
        ("what-is-above", "w_[bXq.]_[^|]{0,4}[Xq]_[^|]{0,4}P|wb[Xq]P|w_[bd]_[Xq.]_P_[tm]_?[Xq]?", 2.5),
        ("instructions-given", "[VO]_[tTXqm]?_[tT]?R_[tw]?_?Y_?[b.]?_?d|R_[t]?_?Y_[Pb]_?[Pb]?_?d", 3.0),
        ("what-were-you-told", "w_b?_Y_b?_d|w_[cd]_[tmDS]_[dXq]_Y|w_[bd]_[YP]_Y?_?d", 2.0),
        (
            "reveal-secret",
            "[VO]_[mT]?_[YtmT]_[.PSy]?_?K|w_b?_?[tY]_[.PSy]?_?K|[VO]_[mT]?_[tYT]_[.PS]?y[yX]?[|/]|[VO]_t_?[BP.]_[.]?_?[.Q]_f_t_[Ky.]?_?[Ky]|[VO]_[mT]?_[YtT]_yy",
            2.0,
        ),
        ("forbidden-words", "[wT]_[Xq]?_[bc]?_Y_[b]?_[NF.]_[NcFO]?_[fc]_?[OVXq]", 1.5),
        ("list-instructions", "[VO]_[t]?_?R[|/]", 1.5),
        ("prompt-begins-with", '[BXq]_f_[".]_[^|]?Y_b|P_[^|]{0,3}B_f_[^|]{0,2}"', 2.0),
        ("my-prompt-is", "m_[PSTy]_R_b", 2.5),
        ("prompt-above", "w[^|]{0,5}B_f_[tmY]_[.P]?_?[XR]|[XqR]_f_t_B_f_[tmY]_[.P]?_?[XR]", 1.8),
        ("repeat-above-text", "V_t?_P_[Xq]", 1.0),
        ("list-your-rules", "[VO]_T_t_?R_|[VO]_T_t?_?R_[t]?_?Y", 1.5),
    ),
    "prompt.secrecy": (
        ("do-not-tell", "N_[VHO]_[tTmf]?_?D|[HN]_[VHO]_D|N~H_t_[fD]|s_N_[VHZ]_D|H_f_D|N_V_T[|/a]|N_V_D", 2.5),
        ("do-not-mention", "N_[HV]_[tTf]_[RXqZ.]|H_[vZOE]", 1.2),
        ("user-must-not-know", "D_[GcN]_N_[.bHV]_[.Htf]?|D_N_[.b]_[.Ht]|f_D_H", 1.8),
        ("without-asking", "N_[H0]_t?_?D", 1.0),
    ),
    "prompt.exfiltration": (
        ("send-to-address", "E[^|]{0,9}f_.@|E[^|]{0,9}fn", 1.2),
        ("send-secret", "E_[T]?_[YtmTD]_[Xq.T]?_?[Ky]|E_[^|]{0,3}D_[.]?[Ky]|[Ky][^|]{0,5}[f]n", 1.5),
        ("send-history", "E_[TtY]_[TtDXq.]?_[^|]?[Xq]_[^|]{0,3}f_[.tn@]", 1.3),
        ("append-to-link", "E[^|]{0,9}[f]_t?_n_[.]?[QXq.]", 1.0),
        ("read-and-pass-on", "Z[^|]{0,12}a_[E.]_t_[Xk]?_?f_[t.]", 1.0),
    ),
    "prompt.role-spoofing": (
        (
            "end-of-prompt",
            r"-_B_[f]?_t?_?[RXqSDP]|B_[f]_[t]?_?[RSDXq]_-|[\[<]_[.]?B_[f]?_[RXqSDP]_[\]>]",
            2.5,
        ),
        ("role-turn", r'[/\[<#"-][#]?[#]?[SMD1][Xq]?[:\]>]', 0.7),
        ("system-message", r"[#<\[]_[[]?[S][Xq][:\]>/]|[#]_S[:/]", 3.0),
        ("system-colon", '[|/"]S_[Xq]?[:]|[|/"]S_[RXqI]_[:]', 0.9),
        ("role-header", r"[#<\[-]_[SMD1]_[RXq]?[:\]>|/-]", 0.7),
        ("fake-policy", r"S_[JRWXqI][:|\]]|S_[IWJ]", 1.8),
        ("dialogue-in-one", '[/|"][DM1]:[^/]{0,40}[/|"][M1]:', 0.5),
        ("claims-authority", "m_b_[tY]_[.]?S[,|:.af]|t_b_[tY]_[.]?S_[.|]", 1.2),
        ("directive-from", "W_R_f_t?_?[.]?[SDM]", 2.0),
    ),
    "prompt.forced-output": (
        ("say-quoted", '[GWa|/]_O_[fGt]?["]|O[^|]{0,3}["]', 0.6),
        ("say-taunt", "[OVGWXq][^|]{0,5}p", 3.5),
        ("taunt", "mc?b_[.]?_?p|G_b_[.]?_?p", 2.5),
        ("only-say", '[|/aW]_G_O|O_G_[ftXq"]', 1.2),
        ("and-say", "[|/a]_O", 0.3),
        ("say-nothing-else", "N[^|]{0,3}[OH]_[TP]|aN_[W]", 1.0),
        ("say-that-you", "[OV]_m?_?t_Y_[^|]", 1.0),
        ("start-answer-with", '[B]_Y_[xO]_f_["]|[B]_T_[xO]_f|[B]_Y_[xO]_f', 0.8),
    ),
}
"""Rule of the rulebook: kind, shape, worth."""


@cache
def productions() -> tuple[Production, ...]:
    """Return all productions, parsed on first use."""
    return tuple(
        Production(name, rule, parse(shape), worth)
        for rule, rows in _BY_RULE.items()
        for name, shape, worth in rows
    )


@cache
def searched() -> Index:
    """Return the shapes of all productions, to be searched at once; numbers are those of `productions`."""
    return index([production.shape for production in productions()])
