"""Validated values of the policy file: hosts, subnets, ports, methods, globs, regexes, fingerprints.

Owns what a well-formed value is and the sentence that says so. Every function here takes an operator-supplied
value as it stands in the file and returns the normalized one, or raises ValueError with the right form in its
message. Invariant: no message repeats a value unmasked (`policy.evidence.masked`).
"""

import re
import warnings
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import Field, PlainValidator

from policy.addresses import ADMISSIBLE, AddressClass, classify
from policy.evidence import masked
from policy.hosts import ends_in_number, is_dotted_quad, literal_address, normalize_host

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}\Z")
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{8,64}\Z")
_PLACEMENT = re.compile(
    r"(?:bearer|basic|body|path|sigv4-(?:id|key|token)|(?:header|query|cookie|path):[A-Za-z0-9_.-]{1,64})\Z"
)
_LONGEST_REGEX = 1000
_LONGEST_GLOB = 1024


def text(value: object) -> str:
    """Require a string: YAML turns bare `on`, `1.5` and `null` into other things."""
    if not isinstance(value, str):
        raise ValueError("expected text; quote the value if YAML reads it as something else")  # noqa: TRY004
    return value


def domain(value: object) -> str:
    """Return a normalized domain pattern: exact host, `*.example.com`, `*`, or a canonical IP address."""
    pattern = text(value).strip()
    if pattern == "*":
        return pattern
    shown = masked(pattern)
    if "://" in pattern:
        raise ValueError(f"{shown} has a scheme: write the host alone, such as example.com")
    prefix, name = ("*.", pattern[2:]) if pattern.startswith("*.") else ("", pattern)
    if "*" in name or "?" in name:
        raise ValueError(f"{shown} is no pattern: write *.example.com for every name below example.com")
    if "/" in name:
        raise ValueError(
            f"{shown} has a path or a mask: paths belong under blockedPaths, subnets under network"
        )
    address = literal_address(name)
    if address is not None:
        return _address_pattern(prefix, name, shown)
    if ":" in name:
        raise ValueError(f"{shown} has a port: write the host alone, ports belong under network.allowedPorts")
    try:
        normalized = normalize_host(name)
    except ValueError as error:
        raise ValueError(f"{shown} is not a host name: {error}") from error
    if ends_in_number(normalized):
        raise ValueError(f"{shown} ends in a number and is not an address: write a host name")
    return prefix + normalized


def _address_pattern(prefix: str, name: str, shown: str) -> str:
    if prefix:
        raise ValueError(f"{shown} is no pattern: an address has no names below it")
    try:
        address = ip_address(name.strip("[]"))
    except ValueError as error:
        raise ValueError(f"{shown} is an unusual spelling of an address: write it canonically") from error
    if "%" in name or (isinstance(address, IPv4Address) and not is_dotted_quad(name)):
        raise ValueError(f"{shown} is an unusual spelling of an address: write it canonically")
    return str(address)


def host_name(value: object) -> str:
    """Return a normalized host name; no pattern, no address."""
    name = domain(value)
    if "*" in name or literal_address(name) is not None:
        raise ValueError(f"{masked(name)} is not a plain host name: subnets are admitted by host name only")
    return name


def subnet(value: object) -> IPv4Network | IPv6Network:
    """Return a subnet in CIDR form; a bare address is a subnet of one."""
    raw = text(value).strip()
    if "%" in raw:
        raise ValueError(f"{masked(raw)} has a zone id: write a plain subnet")
    try:
        return ip_network(raw)
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(
                f"{masked(raw)} has host bits set: write {ip_network(raw, strict=False)}"
            ) from error
        raise ValueError(f"{masked(raw)} is not a subnet: write it like 10.1.0.0/16 or fd12::/64") from error


def admissible_subnet(value: object) -> IPv4Network | IPv6Network:
    """Return a subnet that may be admitted for a host; none inside link-local or multicast ranges."""
    network = subnet(value)
    ends = {classify(network.network_address), classify(network.broadcast_address)}
    if not ends & {*ADMISSIBLE, AddressClass.PUBLIC, AddressClass.UNSPECIFIED}:
        kind = min(ends)
        raise ValueError(f"{network} is {kind}: no policy admits such addresses")
    return network


def method(value: object) -> str:
    """Return an HTTP method in upper case."""
    token = text(value).strip()
    if not _TOKEN.match(token):
        raise ValueError(f"{masked(token)} is not an HTTP method: write one such as GET")
    return token.upper()


def path_glob(value: object) -> str:
    """Return a glob on paths: starts with `/` or `**`; `**` stands alone between slashes."""
    glob = text(value)
    shown = masked(glob)
    if not glob or len(glob) > _LONGEST_GLOB:
        raise ValueError(f"expected a glob of 1 to {_LONGEST_GLOB} characters")
    if not glob.startswith(("/", "**")):
        raise ValueError(f"{shown} does not start with / or **: write /{shown} or **/{shown}")
    if any("**" in part and part != "**" for part in glob.split("/")):
        raise ValueError(f"{shown} has ** inside a name: ** stands for whole segments, such as /admin/**")
    if set(glob) & set("[]{}\\#;\0"):
        raise ValueError(f"{shown} has a character that means nothing here: only *, ** and ? are wildcards")
    if {".", ".."} & set(glob.split("/")):
        raise ValueError(f"{shown} has dot segments: paths are compared with them resolved")
    return glob


def glob(value: object) -> str:
    """Return a glob on anything but request paths: tool names, commands, files."""
    pattern = text(value)
    if not pattern.strip() or len(pattern) > _LONGEST_GLOB or not pattern.isprintable():
        raise ValueError(f"expected a glob of 1 to {_LONGEST_GLOB} printable characters")
    return pattern


def regex(value: object) -> str:
    """Return a regular expression that compiles."""
    pattern = text(value)
    if not pattern or len(pattern) > _LONGEST_REGEX:
        raise ValueError(f"expected a regular expression of 1 to {_LONGEST_REGEX} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # possible nested sets: a matter of taste, not of validity
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        at = f" at character {where + 1}" if isinstance(where, int) else ""
        what = getattr(error, "msg", "too large")
        raise ValueError(f"the regular expression does not compile{at}: {masked(str(what))}") from error
    return pattern


def name(value: object) -> str:
    """Return a name the operator gives to something: it is shown, logged and looked up."""
    given = text(value)
    if not _NAME.match(given):
        raise ValueError(
            "expected a name of 1 to 64 letters, digits, spaces or ._@/-, starting with a letter or digit"
        )
    return given


def fingerprint(value: object) -> str:
    """Return the fingerprint of a secret, never a secret."""
    given = text(value)
    if not _FINGERPRINT.match(given):
        raise ValueError(
            "expected a fingerprint, sha256: and 8 to 64 hex digits; secrets never stand in this file"
        )
    return given


def placement(value: object) -> str:
    """Return where a credential goes in a request."""
    given = text(value)
    if not _PLACEMENT.match(given):
        raise ValueError(
            "expected bearer, basic, body, header:NAME, query:NAME, cookie:NAME, path[:NAME], sigv4-id, -key or -token"
        )
    return given


def plain(value: object) -> str:
    """Return one line of printable text."""
    given = text(value).strip()
    if not given or len(given) > _LONGEST_REGEX or not given.isprintable():
        raise ValueError(f"expected one line of 1 to {_LONGEST_REGEX} printable characters")
    return given


type Subnet = IPv4Network | IPv6Network
Domain = Annotated[str, PlainValidator(domain)]
HostName = Annotated[str, PlainValidator(host_name)]
BlockedSubnet = Annotated[Subnet, PlainValidator(subnet)]
AdmittedSubnet = Annotated[Subnet, PlainValidator(admissible_subnet)]
Method = Annotated[str, PlainValidator(method)]
PathGlob = Annotated[str, PlainValidator(path_glob)]
GlobText = Annotated[str, PlainValidator(glob)]
RegexText = Annotated[str, PlainValidator(regex)]
Name = Annotated[str, PlainValidator(name)]
Fingerprint = Annotated[str, PlainValidator(fingerprint)]
Placement = Annotated[str, PlainValidator(placement)]
Line = Annotated[str, PlainValidator(plain)]
Port = Annotated[int, Field(ge=1, le=65535)]
Percent = Annotated[int, Field(ge=0, le=100)]
PerMinute = Annotated[int, Field(ge=1, le=1_000_000_000)]
Bytes = Annotated[int, Field(ge=1, le=1 << 40)]
