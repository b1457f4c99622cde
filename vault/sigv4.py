r"""AWS Signature Version 4: a request that an agent signed with placeholders is signed anew with the real key.

The agent's SDK signs with a placeholder as access key id and another as secret key. What it signed (date, region,
service, which headers) is read from its Authorization header, checked with the placeholder key, and signed again
over the same parts. That the agent's own signature fits also proves that we read the request as its SDK did.
"Signature Version 4 signing process", AWS General Reference; signatures are byte for byte those of botocore.

    string to sign   AWS4-HMAC-SHA256 \n time \n date/region/service/aws4_request \n SHA-256(canonical request)
    signing key      HMAC chain over date, region, service, "aws4_request", beginning with "AWS4" + secret key

Pure: requests are agent-supplied, the clock is AWS's own (it refuses what is older than 15 minutes). Refused: bodies
whose chunks are signed one by one (the signatures inside would have to be made anew), a payload hash that is not the
body's, presigned URLs (they work for whoever has them), SigV4A.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from vault.errors import SigningRefused
from vault.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM: Final = "AWS4-HMAC-SHA256"
PAYLOAD_HEADER: Final = b"x-amz-content-sha256"
UNSIGNED: Final = frozenset({"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
"""TLS protects these bodies, by the SDK's choice."""
RAW_PATHS: Final = frozenset({"s3", "s3-express", "s3-object-lambda", "s3-outposts"})
"""Services whose paths are signed as they are sent."""
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]{1,128})/([0-9]{8})/([a-z0-9-]{1,32})/([a-z0-9-]{1,64})/aws4_request *, *"
    r"SignedHeaders=([a-z0-9;_-]{1,2048}) *, *Signature=([0-9a-f]{64})\Z"
)
_TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it will be sent, but for its signature."""

    method: str
    host: str
    """What the Host header says, for protocols that have none."""
    target: str
    """Path and query as sent."""
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes | None
    """None where it is streamed: then its hash is believed as the agent states it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What an Authorization header says."""

    key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str

    @property
    def scope(self) -> str:
        """Date, region, service and the fixed end."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def parse(authorization: bytes) -> Signature:
    """Read an Authorization header.

    Raises:
        SigningRefused: It is none that can be made anew.
    """
    found = _AUTHORIZATION.match(authorization.decode("latin-1").strip())
    if found is None:
        raise SigningRefused("the Authorization header is no signature of version 4")
    key_id, date, region, service, names, value = found.groups()
    return Signature(key_id, date, region, service, tuple(names.split(";")), value)


def sign(request: SignedRequest, signature: Signature, secret_key: Secret) -> str:
    """Compute the signature of a request over the parts that another signature covers; 64 hex digits.

    Raises:
        SigningRefused: The request cannot be signed, for a reason the agent may read.
    """
    canonical = canonical_request(request, signature)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    to_sign = "\n".join((ALGORITHM, _time(request, signature), signature.scope, digest))
    with Secret(b"AWS4" + secret_key.buffer) as first:
        key = hmac.digest(first.buffer, signature.date.encode("ascii"), "sha256")
    for part in (signature.region, signature.service, "aws4_request"):
        key = hmac.digest(key, part.encode("ascii"), "sha256")
    return hmac.digest(key, to_sign.encode("utf-8"), "sha256").hex()


def is_signed_with(request: SignedRequest, signature: Signature, secret_key: Secret) -> bool:
    """Whether a signature is the one that some key gives; raises as `sign` does."""
    return hmac.compare_digest(sign(request, signature, secret_key), signature.value)


def authorization(signature: Signature, key_id: str, value: str) -> bytes:
    """Write the Authorization header of a new signature over the same parts."""
    names = ";".join(signature.signed_headers)
    credential = f"{key_id}/{signature.scope}"
    return f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={value}".encode("latin-1")


def canonical_request(request: SignedRequest, signature: Signature) -> str:
    """The canonical form of a request: what is hashed and signed."""
    path, _, query = request.target.partition("?")
    names = signature.signed_headers
    if "host" not in names or list(names) != sorted(set(names)):
        raise SigningRefused("the signed headers have to be in order and name the host")
    return "\n".join(
        (
            request.method.upper(),
            path if signature.service in RAW_PATHS else _normalized(path),
            _query(query),
            *(f"{name}:{_header(request, name)}" for name in names),
            "",
            ";".join(names),
            _payload(request),
        )
    )


def _normalized(path: str) -> str:
    """Remove dot and empty segments, then encode once more: what all services but S3 sign."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    end = "/" if path.endswith("/") and kept else ""
    return quote("/" + "/".join(kept) + end, safe="/~")


def _query(query: str) -> str:
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&")) if query else []
    if any(key.lower().startswith("x-amz-signature") for key, _ in pairs):
        raise SigningRefused("presigned URLs are not signed anew")
    return "&".join(f"{key}={value}" for key, value in pairs)


def _header(request: SignedRequest, name: str) -> str:
    wanted = name.encode("ascii")
    values = [
        value.decode("utf-8", "surrogateescape") for key, value in request.headers if key.lower() == wanted
    ]
    if not values:
        if name != "host":
            raise SigningRefused(f"the signed header {name} is missing")
        values = [request.host]
    return ",".join(" ".join(value.split()) for value in values)


def _payload(request: SignedRequest) -> str:
    stated = [
        value.decode("latin-1").strip() for key, value in request.headers if key.lower() == PAYLOAD_HEADER
    ]
    actual = None if request.body is None else hashlib.sha256(request.body).hexdigest()
    if not stated:
        if actual is None:
            raise SigningRefused("a streamed body needs x-amz-content-sha256")
        return actual
    if len(set(stated)) > 1:
        raise SigningRefused("x-amz-content-sha256 is there twice")
    if stated[0] in UNSIGNED:
        return stated[0]
    if not _HASH.match(stated[0]):
        raise SigningRefused(
            "bodies signed in chunks are not signed anew: use UNSIGNED-PAYLOAD or a whole hash"
        )
    if actual is not None and stated[0] != actual:
        raise SigningRefused("x-amz-content-sha256 is not the hash of the body")
    return stated[0]


def _time(request: SignedRequest, signature: Signature) -> str:
    """When it was signed; AWS refuses what is old."""
    fields = {key.lower(): value.decode("latin-1").strip() for key, value in request.headers}
    time = fields.get(b"x-amz-date", "")
    if not time and b"date" in fields:
        try:
            time = f"{parsedate_to_datetime(fields[b'date']):%Y%m%dT%H%M%SZ}"
        except ValueError:
            time = ""
    if not _TIME.match(time) or time[:8] != signature.date:
        raise SigningRefused("the time of the request is missing or not the day that was signed for")
    return time
