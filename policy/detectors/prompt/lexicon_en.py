"""English words by the part they play in an attack: one letter a concept, inflections written out.

Data of `policy.detectors.prompt.lexicon`. A word stands in one concept only; what it means is decided by the grammar,
from what stands around it. Sources: OWASP LLM01:2025, MITRE ATLAS AML.T0051 and AML.T0054.
"""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "A": (
        "act acts acting pretend pretends pretending simulate simulates simulating simulation roleplay roleplaying "
        "imagine imagining behave play playing assume assuming impersonate impersonating emulate emulating become "
        "transform portray embody immerse hypothetical fictional suppose function"
    ),
    "B": (
        "end ends ended begin begins beginning start starts starting first last finish finished completed done over "
        "terminate terminated success successful top"
    ),
    "C": (
        "base64 decode decoded decoding rot13 encode encoded encoding hex morse cipher b64 decrypt encrypted ascii "
        "reverse reversed"
    ),
    "D": "user users human humans customer customers person persons people owner principal client recipient reader",
    "E": (
        "send sends sending forwarding email emails emailing mail post posting upload uploads uploading transmit "
        "transmitting exfiltrate exfiltrating transfer transfers transferring wire pay deliver cc bcc submit export "
        "ping beacon"
    ),
    "F": (
        "restrictions restriction limitations limitation limits filter filters filtering censorship ethics ethical "
        "ethically moral morals morality safety legality legal norms confines boundaries alignment moderation law laws "
        "restricted prohibited forbidden"
    ),
    "G": "must always strictly only shall required strict obligatory have has need needs should just simply",
    "H": (
        "mention mentions mentioning notify notifying inform informing alert alerting secretly silently quietly "
        "discreetly covertly hide hiding conceal concealing stealthily privately acknowledge acknowledging tip warn "
        "noticing detected unnoticed"
    ),
    "I": (
        "ignore disregard forget neglect overlook dismiss discard override overrule bypass circumvent skip "
        "abandon erase nullify revoke unlearn unsee forgo disobey defy evade suspend drop cancel invalidate sidestep "
        "shelve disable deactivate reset omit scrap"
    ),
    "J": (
        "important urgent urgently attention critical note notice reminder emergency immediately caution achtung "
        "mandatory crucial essential priority precedence highest"
    ),
    "K": "password passwords passphrase passcode credential credentials confidential apikey apikeys passwd",
    "L": (
        "follow follows following obey obeys obeying adhere adheres adhering comply complies complying heed listen "
        "listens perform bound bind abide abides conform subject proceed"
    ),
    "M": "ai assistant assistants chatbot chatbots bot agent agents model models ais robot",
    "N": (
        "not no never don dont without cannot none nor nothing neither nobody wont shouldnt won doesn didn isn aren "
        "shouldn mustn stop avoid refrain"
    ),
    "O": (
        "say print output write respond reply replies answer echo type utter spell speak console translate generate "
        "append prefix"
    ),
    "P": (
        "previous previously prior preceding above earlier former foregoing aforementioned past before beforehand "
        "existing original originally initial initially precedent predefined"
    ),
    "Q": (
        "role roles character characters persona personas mode modes personality alias identity alter ego named called "
        "name"
    ),
    "R": (
        "instruction instructions rule rules guideline guidelines prompt prompts direction directions directive "
        "directives command commands order orders policy policies constraint constraints preprompt preamble instruct "
        "instructed mandate mandates guidance guardrail guardrails safeguards safeguard briefing"
    ),
    "S": (
        "system systems sys developer developers admin administrator root dev sudo operator superuser creator creators "
        "engineer maintainer debug maintenance god"
    ),
    "T": (
        "all any every each whatever entire whole full fully complete completely exact exactly verbatim anything "
        "everyone everything anyone anybody everybody"
    ),
    "U": (
        "unbiased evil illegal malicious inhumane dangerous harmful nsfw profanity swear explicit toxic hateful "
        "reckless immorally unlawful vulgar offensive obscene crime criminal hate racist sexual"
    ),
    "V": (
        "reveal show tell leak disclose dump expose share repeat recite list give provide display divulge extract spill "
        "retrieve remind summarize summarise rephrase paraphrase reproduce return describe copy quote format convert "
        "rewrite express"
    ),
    "W": (
        "new now instead updated update henceforth hereafter onwards onward forward newest latest revised hereby "
        "additional rather"
    ),
    "X": (
        "text texts context contents words word information message messages conversation conversations chat document "
        "documents article articles discussed said told wrote written sentence sentences paragraph line lines statement "
        "statements input inputs data history purpose"
    ),
    "Y": "you your yours yourself u ur youre thou thy ye",
    "Z": (
        "call calls calling invoke invoking execute executes executing run runs running curl fetch download install "
        "click visit open delete remove wipe tool tools functions exec eval grant unlock access read"
    ),
    "a": "and but also then plus",
    "b": "be are is was were am been being re m",
    "c": "can could able will would may might do does did allowed free permitted",
    "d": "given gave received got get provided asked mentioned",
    "e": (
        "reveals revealing shows showing tells telling leaking disclosing dumping exposing sharing repeats repeating "
        "reciting listing gives provides displays displaying extracting returns says saying prints printing outputs "
        "outputting outputted writes responds responding replying answers answering"
    ),
    "f": "from of on for to in into by with at as",
    "h": "config configuration configurations protocol protocols programming embeddings setup preferences",
    "i": (
        "ignores ignored ignoring disregards disregarded forgets forgetting forgot neglecting overlooking dismissing "
        "dismissed discarding discarded overrides overriding overridden overruling bypasses bypassing "
        "circumventing skipping abandoning erasing nullifying nullified void supersede supersedes superseded "
        "superseding revoked revoking disobeying suspended dropping cancels cancelled canceled invalidates invalid "
        "obsolete outdated deprecated replaces replaced disabled disabling deactivated deactivating neglects overrode"
    ),
    "j": "well good great excellent fantastic superb superbly wow bravo awesome perfect amazing wonderful brilliant",
    "k": "warning warnings disclaimer disclaimers security consequences content inappropriate",
    "l": "below subsequent future rest remaining remainder underneath beneath",
    "m": "me my mine i im we us our",
    "n": "http https www com org net url link webhook address website server",
    "o": "or",
    "p": "pwned pwnd hacked hijacked owned haxxed",
    "q": "task tasks assignment assignments objective objectives goal mission request requests question questions",
    "r": "change changes changed modify modified replace edit rewritten",
    "s": "today right once here after when whenever if unless while because since",
    "t": "the this these those that them it its such their",
    "u": "hello hi hey dear greetings",
    "v": "solve completing continue",
    "w": "what which who how why where whats",
    "x": "response responses",
    "y": (
        "key keys token tokens hidden private sensitive env environment cookie cookies internal internals proprietary "
        "secret secrets ssn pin pincode cvv"
    ),
    "z": (
        "attack attacks attacker attackers adversary adversaries adversarial injection injections vulnerability "
        "vulnerabilities exploit exploits mitigate mitigation mitigations owasp cve researchers payload payloads "
        "defense defenses defend threat threats scenario example examples leakage poisoning compromised redteam "
        "llmsecurity"
    ),
    "0": "ask asks asking",
    "1": (
        "chatgpt gpt gpt3 gpt4 gpt5 gpts openai openais llm llms claude gemini bard llama copilot anthropic grok "
        "mistral deepseek qwen alexa siri cortana chatgpts"
    ),
    "2": (
        "dan stan dude jailbreak jailbroken jailbreaking jailbreaks unrestricted unfiltered uncensored unbound "
        "unchained unmoderated amoral immoral unethical unhinged limitless unlimited uncensor liberated freed "
        "unshackled unconstrained broken antigpt devmode obedient slave rogue unleashed uncontrolled lawless "
        "uninhibited"
    ),
    "4": (
        "refuse refuses refused refusing refusal refusals decline declines declining reject rejects rejecting deny "
        "denies apologize apologise apologizing apologies apology sorry withhold censor censors"
    ),
    "5": (
        "authorized authorised authorization approved approval consented agreed permission permits confirmed enabled "
        "activated unlocked activate enable engaged verified"
    ),
    "6": "care cares worry worries concern concerned mind bother hesitate hesitates hesitation",
    "7": "real actual true genuine",
    "8": "two both twice double second reading reads processing processes summarizing",
    "9": "regardless irrespective disregarding despite matter",
}
