"""Rules of the spine: destinations, methods, rates, names, decoding, protocols, identity and our own faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_SSRF = ("CWE-918", "OWASP-A10:2021")
_SPELLING = ("CWE-918", "CWE-1286")
_SMUGGLING = ("CWE-444", "RFC9110-7.2")
_FAIL_CLOSED = ("CWE-636",)
_EXFILTRATION = ("LLM02", "T1048")
_TUNNEL = ("T1572", "T1095")
_EXHAUSTION = ("LLM10", "CWE-770")
_AGENCY = ("LLM06", "T1567")

_NEVER = "none: this is refused by every policy"
_LIST_HOST = "add the host to allowedDomains"
_SUBNET = "list the host under network.allowSubnets with the subnet it may reach"

_DENY, _SAFETY = Effect.DENY, Effect.SAFETY

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    # Where to: by name.
    ("egress.domain", 80, _DENY, "Host is not allowed", _LIST_HOST, _AGENCY, 403),
    ("egress.blocked-domain", 85, _DENY, "Host is blocked", "remove it from blockedDomains", _AGENCY, 403),
    ("egress.port", 72, _DENY, "Port is not allowed", "add the port to network.allowedPorts", ("T1571",), 403),
    ("egress.scheme", 72, _SAFETY, "Scheme is not http or https", _NEVER, _SSRF, 403),
    ("egress.malformed-host", 72, _SAFETY, "Host name is malformed", "spell the host as a plain name", _SPELLING, 403),
    ("egress.internal-name", 72, _SAFETY, "Host name is internal", "list the exact name in allowedDomains", _SSRF, 403),
    ("egress.ambiguous-address", 72, _DENY, "Address is oddly spelled", "spell it a.b.c.d", _SPELLING, 403),
    # Where to: by address.
    ("egress.metadata-endpoint", 74, _SAFETY, "Cloud metadata endpoint", _NEVER, (*_SSRF, "T1552.005"), 403),
    ("egress.loopback", 72, _SAFETY, "Loopback address", "list localhost and call it by that name", _SSRF, 403),
    ("egress.private-address", 72, _SAFETY, "Private address", _SUBNET, (*_SSRF, "RFC1918"), 403),
    ("egress.link-local", 72, _SAFETY, "Link-local address", _NEVER, (*_SSRF, "RFC3927"), 403),
    ("egress.cgnat", 72, _SAFETY, "Carrier-grade NAT address", _SUBNET, (*_SSRF, "RFC6598"), 403),
    ("egress.multicast", 72, _SAFETY, "Multicast address", _NEVER, (*_SSRF, "RFC5771"), 403),
    ("egress.reserved-address", 72, _SAFETY, "Reserved address", _SUBNET, (*_SSRF, "RFC6890"), 403),
    ("egress.embedded-address", 72, _SAFETY, "Address hides another", _NEVER, (*_SSRF, "RFC6052", "RFC3056"), 403),
    ("egress.blocked-subnet", 80, _DENY, "Subnet is blocked", "remove it from network.blockedSubnets", _AGENCY, 403),
    ("egress.unresolvable", 70, _SAFETY, "Host does not resolve", "check the name and the resolver", ("RFC1035",), 502),
    ("egress.peer-mismatch", 74, _SAFETY, "Connected to an unjudged address", _NEVER, (*_SSRF, "CWE-350"), 403),
    # What for.
    ("policy.method", 70, _DENY, "Method is not allowed", "add the method to allowedMethods", ("LLM06",), 403),
    ("policy.path", 75, _DENY, "Path is blocked", "remove the pattern from blockedPaths", ("CWE-22", "CWE-180"), 403),
    ("rule.custom", 70, _DENY, "Custom rule matched", "change the rule under rules", ("LLM06",), 403),
    # How much.
    ("rate.requests", 70, _DENY, "Too many requests", "raise rateLimits.requestsPerMinute", _EXHAUSTION, 429),
    ("rate.per-host", 70, _DENY, "Too many requests to one host", "raise rateLimits.perHost", _EXHAUSTION, 429),
    ("rate.per-tool", 70, _DENY, "Too many calls of one tool", "raise rateLimits.perTool", _EXHAUSTION, 429),
    ("rate.bytes", 70, _DENY, "Too many bytes", "raise rateLimits.bytesPerMinute", (*_EXHAUSTION, *_EXFILTRATION), 429),
    # One name per flow.
    ("names.mismatch", 78, _SAFETY, "Names of the flow disagree", _NEVER, (*_SMUGGLING, "T1090.004"), 421),
    ("names.missing", 72, _SAFETY, "The flow names no host", "send a Host header and SNI", _SMUGGLING, 421),
    ("names.duplicate-host", 78, _SAFETY, "More than one Host header", _NEVER, _SMUGGLING, 421),
    # What cannot be read cannot be judged.
    ("decode.body-too-large", 70, _SAFETY, "Body is too large", "raise limits in the policy", ("CWE-770",), 413),
    ("decode.unknown-encoding", 70, _SAFETY, "Unknown content coding", "send identity, gzip, br or zstd",
     ("CWE-436",), 415),
    ("decode.invalid-body", 70, _SAFETY, "Body does not decode", "send a body that matches its headers",
     ("CWE-436",), 400),
    ("decode.ambiguous-json", 70, _SAFETY, "JSON can be read in two ways", "send JSON that has each key once",
     ("CWE-436", "CWE-20"), 400),
    ("decode.opaque-archive", 45, Effect.SCORE, "Archive cannot be read", "send files unpacked",
     ("CWE-409", "T1560"), 403),
    ("decode.headers-too-large", 70, _SAFETY, "Headers are too large", "raise limits.maxHeaderBytes",
     ("CWE-770",), 431),
    # What is not HTTP.
    ("protocol.not-http", 75, _SAFETY, "Not HTTP", _NEVER, _TUNNEL, 403),
    ("protocol.raw-tcp", 75, _SAFETY, "Raw TCP", _NEVER, _TUNNEL, 403),
    ("protocol.udp", 75, _SAFETY, "UDP", _NEVER, _TUNNEL, 403),
    ("protocol.quic", 75, _SAFETY, "QUIC", "the client falls back to HTTP/2", _TUNNEL, 403),
    ("protocol.upgrade", 75, _SAFETY, "Upgrade to an unknown protocol", _NEVER, (*_TUNNEL, "RFC9110-7.8"), 403),
    ("protocol.malformed", 75, _SAFETY, "Malformed request", _NEVER, ("CWE-444",), 400),
    ("protocol.connect", 75, _SAFETY, "CONNECT is not allowed there", "use an allowed host and port", _TUNNEL, 403),
    ("dns.name", 72, _SAFETY, "DNS name is not allowed", _LIST_HOST, ("T1071.004",), 403),
    ("dns.query-type", 72, _SAFETY, "DNS query type is not allowed", "ask for A or AAAA", ("T1071.004",), 403),
    # Who.
    ("identity.unknown-agent", 75, _SAFETY, "Agent is not known", "describe it under agents",
     ("ASI03", "CWE-287"), 403),
    # Ourselves: every fault is a refusal.
    ("engine.core-error", 85, _SAFETY, "The proxy failed", "see the gateway's log", _FAIL_CLOSED, 503),
    ("engine.addon-error", 90, _SAFETY, "A guard failed", "see the gateway's log", _FAIL_CLOSED, 503),
    ("engine.no-verdict", 90, _SAFETY, "Nobody judged this", "see the gateway's log", _FAIL_CLOSED, 503),
    ("engine.ledger-unavailable", 90, _SAFETY, "The ledger cannot write", "mend the ledger", ("CWE-778",), 503),
    ("engine.policy-unavailable", 90, _SAFETY, "No policy is loaded", "run aegis policy check", _FAIL_CLOSED, 503),
    ("engine.overload", 75, _SAFETY, "The gateway is overloaded", "send less at once", ("CWE-770",), 503),
    ("hold.no-approver", 75, _SAFETY, "Nobody is there to approve", "open the console", ("ASI09",), 403),
)
# fmt: on
