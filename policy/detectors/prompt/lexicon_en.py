"""English words by the part they play in an attack: one letter a concept, inflections written out.

Data of `policy.detectors.prompt.lexicon`. A word stands in one concept only; what it means is decided by the grammar,
from what stands around it. Sources: OWASP LLM01:2025, MITRE ATLAS AML.T0051 and AML.T0054.
"""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "I": (
        "ignore ignores ignored ignoring disregard disregards disregarded disregarding forget forgets forgetting "
        "forgot neglect neglecting overlook overlooking dismiss dismissing dismissed discard discarding discarded override overrides "
        "overriding overridden overrule overruling overwrite overwriting bypass bypasses bypassing circumvent circumventing skip skipping "
        "abandon abandoning erase erasing nullify nullifying nullified void supersede supersedes superseded superseding "
        "revoke revoked revoking unlearn unsee forgo disobey disobeying defy evade suspend suspended drop dropping "
        "cancel cancels cancelled canceled invalidate invalidates invalid obsolete outdated deprecated replaces replaced "
        "sidestep shelve disable disabled disabling deactivate deactivated deactivating reset"
    ),
    "P": (
        "previous previously prior preceding above earlier former foregoing aforementioned past before beforehand "
        "existing original originally initial initially old older precedent predefined preset default already "
        "everything until upto"
    ),
    "T": "all any every each whatever entire whole full fully complete completely exact exactly verbatim anything everyone",
    "R": (
        "instruction instructions rule rules guideline guidelines prompt prompts direction directions directive "
        "directives command commands order orders policy policies constraint constraints programming protocol "
        "protocols preprompt preamble configuration config instruct instructed directives mandate mandates "
        "guidance guardrail guardrails safeguards safeguard embeddings"
    ),
    "X": (
        "text texts context contents content words word information message messages conversation conversations chat task tasks "
        "document documents article articles discussed said told wrote written sentence sentences paragraph line lines "
        "statement statements input inputs request requests question questions data history objective objectives goal purpose assignment"
    ),
    "Y": "you your yours yourself u ur youre thou thy ye",
    "M": (
        "ai llm llms chatgpt gpt gpt3 gpt4 gpt5 assistant assistants chatbot chatbots bot claude gemini llama copilot openai anthropic bard "
        "agent agents model models mistral deepseek qwen grok siri alexa ais robot"
    ),
    "S": "system systems sys developer developers admin administrator root dev sudo operator superuser creator creators engineer maintainer",
    "W": "new now instead updated update henceforth hereafter onwards onward forward newest latest revised hereby additional rather",
    "O": (
        "say says saying print prints printing output outputs outputting outputted write writes respond responds responding response "
        "responses reply replies replying answer answers answering echo type utter spell speak console translate generate "
        "append prefix"
    ),
    "V": (
        "reveal reveals revealing show shows showing tell tells telling leak leaking disclose disclosing dump dumping expose exposing "
        "share sharing repeat repeats repeating recite reciting list listing give gives provide provides display displays "
        "displaying divulge extract extracting spill retrieve remind summarize summarise rephrase paraphrase expose reproduce return returns "
        "describe copy quote format convert rewrite express"
    ),
    "K": (
        "password passwords passphrase passcode secret secrets key keys token tokens credential credentials confidential hidden "
        "private apikey apikeys ssn sensitive passwd pin pincode cvv cookies cookie env environment code codes internal internals "
        "proprietary"
    ),
    "A": (
        "act acts acting pretend pretends pretending simulate simulates simulating simulation roleplay roleplaying imagine imagining "
        "behave play playing assume assuming impersonate impersonating emulate emulating become transform portray embody immerse hypothetical "
        "fictional suppose function"
    ),
    "U": (
        "unrestricted unfiltered uncensored unbiased amoral immoral unethical evil jailbreak jailbreaks jailbroken jailbreaking dan stan "
        "illegal limitless unlimited liberated freed unbound unhinged unmoderated unchained malicious inhumane dangerous harmful nsfw "
        "uncensor aim unconstrained profanity swear explicit toxic hateful reckless immorally unlawful vulgar "
        "offensive obscene"
    ),
    "N": "not no never don dont without cannot none nor nothing neither nobody wont shouldnt refuse refuses refusing refused refusal won doesn didn isn aren shouldn mustn stop avoid refrain",
    "F": (
        "restrictions restriction limitations limitation limits filter filters filtering censorship ethics ethical ethically moral morals "
        "morality safety warning warnings disclaimer disclaimers legality legal norms confines boundaries alignment moderation "
        "security consequences apologize apologies sorry apology inappropriate"
    ),
    "E": (
        "send sends sending forward forwarding email emails emailing mail post posting upload uploads uploading transmit transmitting exfiltrate "
        "exfiltrating transfer transfers transferring wire pay deliver cc bcc submit export share ping beacon"
    ),
    "Z": (
        "call calls calling invoke invoking execute executes executing run runs running curl fetch download install click visit open "
        "delete remove wipe tool tools function functions exec eval grant unlock access read"
    ),
    "D": "user users human humans customer customers person persons people owner principal client recipient reader",
    "H": (
        "mention mentions mentioning notify notifying inform informing alert alerting secretly silently quietly discreetly covertly hide "
        "hiding conceal concealing stealthily privately acknowledge acknowledging disclosing tip warn noticing detected unnoticed confirm confirmation "
        "explain explanation explanations asking"
    ),
    "J": "important urgent urgently attention critical note notice reminder emergency immediately caution achtung mandatory crucial essential priority precedence highest",
    "G": "must always strictly only shall required strict obligatory have has need needs should just simply",
    "Q": "role roles character characters persona personas mode modes personality alias identity alter ego named called",
    "B": "end ends ended begin begins beginning start starts starting first last finish finished completed done over terminate terminated success successful",
    "C": "base64 decode decoded decoding rot13 encode encoded encoding hex morse cipher b64 decrypt encrypted ascii reverse reversed",
    "L": "follow follows following obey obeys obeying adhere adheres adhering comply complies complying heed listen listens perform bound bind abide abides conform subject proceed",
    "t": "the this these those that them it its such their",
    "f": "from of on for to in into by with at as",
    "m": "me my mine i im we us our",
    "b": "be are is was were am been being",
    "a": "and or but also then plus",
    "c": "can could able will would may might do does did allowed free permitted",
    "n": "name http https www com org net url link webhook address website server",
    "s": "today immediately right once here after when whenever if unless while because since",
    "w": "what which who how why where whats",
    "l": "below following subsequent future rest remaining remainder underneath beneath",
    "z": (
        "attack attacks attacker attackers adversary adversaries adversarial injection injections vulnerability vulnerabilities exploit exploits "
        "mitigate mitigation mitigations owasp cve researchers payload payloads defense defenses defend threat threats scenario detect detection "
        "detected example examples leakage poisoning victim compromised jailbreaks redteam llmsecurity"
    ),
    "p": "pwned pwnd hacked hijacked compromised owned rooted haxxed ned",
    "g": "granted",
    "r": "change changes changed modify modified replace edit alter rewritten",
    "d": "give given gave received got get provided told asked mentioned",
}
