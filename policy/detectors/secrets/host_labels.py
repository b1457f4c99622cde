"""Judges whether a host name carries data in its labels (DNS tunnelling, exfiltration by look-ups).

Attack: `4d5a90000300000004000000ffff0000b8.1.x.attacker.example`: what an agent may resolve it may send, label by label
(ATT&CK T1048.003, T1071.004). Judged per name: long labels drawn at random, runs of hexadecimal, base32 or base64url,
and how many such labels there are. What clouds and CDNs do is ordinary: one short random label before a provider's
suffix, UUIDs, hashes of deployments, punycode. How much an agent sends in all is state and kept elsewhere.

Does not catch: a few bytes per name spelled as words or numbers, and data in the choice among ordinary names.
"""

from __future__ import annotations

import re
from typing import Final

from policy.detection import NOTHING, Detection, Match
from policy.detectors.secrets.randomness import is_uuid, randomness, wordiness

RULE: Final = "secrets.dns-tunnel"
_LONGEST: Final = 2048
_CLOUDS: Final = re.compile(
    r"(?:^|\.)(?:cloudfront\.net|amazonaws\.com(?:\.cn)?|on\.aws|awsglobalaccelerator\.com|akamai(?:hd|edge|ized)?\.net|edgekey\.net|edgesuite\.net"
    r"|fastly\.net|fastlylb\.net|azure[a-z]*\.(?:net|com|us|cn)|windows\.net|trafficmanager\.net|googleusercontent\.com|gvt[12]\.com"
    r"|googlevideo\.com|1e100\.net|cloudfunctions\.net|run\.app|web\.app|firebaseapp\.com|vercel\.app|netlify\.app|pages\.dev|workers\.dev"
    r"|herokuapp\.com|herokudns\.com|fly\.dev|onrender\.com|up\.railway\.app|githubpreview\.dev|app\.github\.dev|gitpod\.io|codespaces\.io|ngrok(?:-free)?\.(?:io|app|dev)"
    r"|trycloudflare\.com|digitaloceanspaces\.com|ondigitalocean\.app|supabase\.co|neon\.tech|mongodb\.net|snowflakecomputing\.com"
    r"|cloudapp\.net|sharepoint\.com|ingest\.[a-z]+\.sentry\.io|ingest\.sentry\.io|databricks\.com|elastic-cloud\.com|cloud\.es\.io|docker\.com|r2\.cloudflarestorage\.com"
    r"|r2\.dev|b-cdn\.net|algolia\.net|algolianet\.com|auth0\.com|okta\.com|zendesk\.com|myshopify\.com|lambda-url\.[a-z0-9-]+\.on\.aws|static\.[a-z]+\.com)$"
)
"""Suffixes under which providers give out random names."""
_ENCODED: Final = re.compile(r"[0-9a-f]{16,63}|[a-z2-7]{16,63}=*|[A-Za-z0-9_-]{16,63}")
_PLAIN_RUN: Final = re.compile(r"[a-z0-9_]+", re.IGNORECASE)
_REGISTERED: Final = 2
"""Labels at the end that are the registered name."""
_MANY: Final = 96
"""Characters of random labels in one name that no service needs."""
_LONG_LABEL: Final = 40
_BLOCK: Final = 78
_DOUBT: Final = 50
_RANDOM: Final = 0.5
_HASH_SIZES: Final = frozenset({32, 40, 64})


def judge_host(host: str) -> Detection:
    """Judge one agent-supplied host name, with or without a final dot; addresses and short names are nothing."""
    name = host[:_LONGEST].rstrip(".")
    labels = name.split(".")
    if len(labels) <= _REGISTERED or labels[-1].isdigit() or ":" in name:
        return NOTHING
    front = labels[:-_REGISTERED]
    loads = [_load(label) for label in front]
    heavy = [load for load in loads if load]
    if not heavy:
        return NOTHING
    return _decide(host, front, loads, is_cloud=_CLOUDS.search(name.lower()) is not None)


def _decide(host: str, front: list[str], loads: list[int], *, is_cloud: bool) -> Detection:
    total = sum(loads)
    count = sum(load > 0 for load in loads)
    longest = max(loads)
    limit = _MANY + 32 if is_cloud else _MANY
    is_tunnel = total >= limit or (
        not is_cloud and (longest >= _LONG_LABEL or count >= 3 or (count == 2 and total >= 48))
    )
    severity = _BLOCK if is_tunnel else _DOUBT if not is_cloud and total >= 24 else 0
    score = severity / 100 + min(total, 250) / 250 * 0.009 if severity else min(0.4, total / 100)
    if not severity:
        return Detection(score)
    end = sum(len(label) + 1 for label in front) - 1
    reason = f"{count} labels of the host name hold {total} characters that look like encoded data"
    return Detection(
        score,
        (
            Match(
                RULE,
                severity,
                0,
                min(end, len(host)),
                reason,
                f"{len(front)} labels, {total} characters",
                "host-labels",
            ),
        ),
    )


def _load(label: str) -> int:
    """Return how many characters of a label look like encoded data; 0 for words, UUIDs and punycode."""
    if len(label) < 12 or label.lower().startswith("xn--") or is_uuid(label):
        return 0
    encoded = sum(len(run) for run in _PLAIN_RUN.findall(label) if _looks_encoded(run))
    if (
        "-" in label
        and not encoded
        and _ENCODED.fullmatch(label)
        and randomness(label) >= _RANDOM
        and wordiness(label) < 0
    ):
        encoded = len(label)
    if len(label) in _HASH_SIZES - {64} and encoded == len(label) and len(label) <= 40 and label.islower():
        return len(label) - 12
    return encoded


def _looks_encoded(run: str) -> bool:
    if len(run) < 12:
        return False
    if re.fullmatch(r"[0-9a-fA-F]+", run):
        return len(run) >= 16 and not run.isdigit()
    return randomness(run) >= _RANDOM and wordiness(run) < 0.2
