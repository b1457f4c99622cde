"""Rules about personal data, one for each type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.verdict import Effect

if TYPE_CHECKING:
    from policy.rulebook.row import Row

_SCORE = Effect.SCORE
_PRIVACY = ("LLM02", "CWE-359", "T1567")
_GUARD = "leave it out, or change piiDataGuard.detectPatterns or its action"

# fmt: off
ROWS: Final[tuple[Row, ...]] = (
    ("pii.ssn", 85, _SCORE, "Social Security number", _GUARD, _PRIVACY, 403),
    ("pii.credit-card", 85, _SCORE, "Payment card", _GUARD, (*_PRIVACY, "CWE-311"), 403),
    ("pii.iban", 78, _SCORE, "Bank account (IBAN)", _GUARD, _PRIVACY, 403),
    ("pii.bank-account", 75, _SCORE, "Bank account", _GUARD, _PRIVACY, 403),
    ("pii.national-id", 80, _SCORE, "National identity number", _GUARD, _PRIVACY, 403),
    ("pii.tax-id", 75, _SCORE, "Tax number", _GUARD, _PRIVACY, 403),
    ("pii.passport", 78, _SCORE, "Passport number", _GUARD, _PRIVACY, 403),
    ("pii.driver-license", 75, _SCORE, "Driver license", _GUARD, _PRIVACY, 403),
    ("pii.medical-id", 78, _SCORE, "Health care number", _GUARD, _PRIVACY, 403),
    ("pii.date-of-birth", 55, _SCORE, "Date of birth", _GUARD, _PRIVACY, 403),
    ("pii.crypto-address", 45, _SCORE, "Wallet address", _GUARD, _PRIVACY, 403),
    ("pii.email", 40, _SCORE, "E-mail address", _GUARD, (*_PRIVACY, "T1589.002"), 403),
    ("pii.phone", 42, _SCORE, "Telephone number", _GUARD, (*_PRIVACY, "T1589"), 403),
    ("pii.address", 35, _SCORE, "Street or postal address", _GUARD, (*_PRIVACY, "T1591.001"), 403),
    ("pii.vehicle", 35, _SCORE, "Vehicle", _GUARD, _PRIVACY, 403),
    ("pii.ip-address", 30, _SCORE, "IP address", _GUARD, (*_PRIVACY, "T1590.005"), 403),
    ("pii.device", 30, _SCORE, "Device", _GUARD, (*_PRIVACY, "T1592.001"), 403),
    ("pii.custom", 75, _SCORE, "Pattern of this policy", "change piiDataGuard.detectPatterns", _PRIVACY, 403),
)
# fmt: on
