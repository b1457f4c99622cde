"""Words that attacks on a model are made of, for recognizing them through a play on letters.

Owns the lexicon of this package: it decides which reading of a disguised word is the likely one and whether undoing a
cipher made sense. It accuses nobody: a detector judges the text that comes out.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = (
    "ignore", "disregard", "forget", "override", "bypass", "previous", "instruction", "system", "prompt",
    "password", "secret", "reveal", "jailbreak", "developer", "assistant", "unrestricted", "restrictions",
    "confidential", "credentials", "execute", "exfiltrate", "pretend",
)  # fmt: skip
"""Long words that seldom mean anything else; looked for in reversed and shifted texts."""

_MORE: Final = """
able above access according account accurate across act action activate actually add address admin administrator
after again against agree all allow allowed also although always among amount and another answer any anyone anything
api appear apply are article artificial asked assist assume attack author authorization available avoid aware away
back base based because become been before begin beginning behave being believe below best better between big
birthday body bomb book both break bring browser build business but buy bypassed call called can cannot card case
change character characters chat chatbot child choose city class clear clearly click close code color come command
commands common company compare complete completely comply computer concatenate conditions consider constraints
contact contain content context continue control conversation convert correct cost could count country cover create
creative credit crime critical current custom customer dangerous data dead deal dear decide decode decrypt default
define delete deny depend describe description design detail details developed development device dialogue
difference different differently difficult directive directives directly disable disclose discuss discussion display
document documents does doing dollar done dont draft drug drugs during each earlier easily easy education effect
effective either element else email emails embedded emergency emotional enable encode encoded encourage encrypt end
engage engaging english enough ensure enter entire environment equal error especially essay etc ethical ethics even
event every everything evil exact exactly example except exist experience expert explain explained explicit
explosive express external extra face fact failed false famous fast feature features feel few fiction fictional
field figure file files fill filter filters final find finish finished first fiscal five focus follow followed
following follows for form format four free freely friend friendly from full fully function funny further future
game general generate generated generating get give given gives goal going good google government great greater
ground group grow guard guess guide guidelines hack hacked hacker hacking happen hard harmful have head health hello
help helpful here hidden high highest history home hour how however human humans hypothetical idea identity illegal
image imagine immediately immoral implemented important improve include included including increase indicate
individual influence inform information initial input inputs insert inside instead instructed instructions
intelligence interest interesting internal internet into introduction issue item items its itself job join just keep
key keys kill kind kindly know knowledge known language large last latest law lead leak learn learning least leave
legal lesson let letter letters level library life like limit limitations limits line link list listen literally
little live living local log login long longer look lot love low made mail main maintain make malicious malware
manner many mark market master material matter maybe me mean meaning means meet member memory mention mentioned
message messages method might mind minutes mistake mode model moderation modern moment money month moral morals more
mother move movie multiple music must my name names national nature necessary need needs neither network never new
news next night no nobody none nor normal normally not note nothing noticed now number numbers obey object observe
occur of off offer office often ok old on once one only open operate operations opinion option options or order
organization original other others ought our out outcome output outside overall own owner page paragraph parameters
parent part particular parts party past path pay payload payment people perfect perform period permission
permissions person persona personal phone phrase phrases picture piece place places plan play please point points
policies policy political popular position positive possible post potential power practice prefer present press
pretending pretty price print prior private privilege problem problems process produce product products profile
program project prompts proper properly property proposed protocol prove provide provided provides public punish
purpose quality question questions quick quickly quite quote quotes random range rather reach read reading ready
real really reason reasons receive recent recipe record refer reference refuse regardless related relationship
release relevant remember remove repeat replace reply report request requests required research resource respond
response responses restricted result results return reverse review rewrite right role roleplay room root rule rules
run safe safety sale same save say saying says scenario science screen script search second seconds secrets section
security seem select sell send sense sensitive sentence separate series serious serve server session set setting
settings several shall share she shell short should show similar simple simply simulate simulation since single site
situation size skill skip slow small social society software solution some someone something sometimes somewhat soon
sorry sort sound source space speak special specific speech spell standard start state statement steps still stop
story strange strictly string strong student study style subject subsequent such suggest suggestions suicide
summarize summary support supposed sure surely symbol symbols table tail take taking talk task teach teacher team
technical technology tell telling tells template ten term terminal terms test text than thank thanks that the their
them then there therefore these they thing things think this those thought three through time title to today
together token tokens told tomorrow tone took tool top topic total towards train trained training transfer translate
translation treat trick tried trip true trust truth try turn tweet twitter two type unable under understand
unethical unfiltered unfortunately united university unless until update updated upload url usage use used useful
user username users using usual usually valid value variable variables various verbatim version very via victim view
violence violent virus visit voice wait wallet want warning was watch way ways we wealth weapon weapons web website
week weeks welcome well went were what whatever when whenever where whether which while who whole whose why wide
will win winner with within without women wonder word words work world worth would write writer writing written
wrong year years yes yesterday you young your yourself
"""

WORDS: Final = frozenset((*KEYS, *_MORE.split()))
"""Lower case, ASCII."""
