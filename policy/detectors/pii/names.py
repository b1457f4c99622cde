"""The names operators may write in `detectPatterns`, and what each of them stands for.

Owns forgiving spelling: case, blanks, `-` and `_` do not count, and the usual other words for the same thing do.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

_RULES: Final[dict[str, tuple[str, ...]]] = {
    "ssn": ("pii.ssn",),
    "creditCard": ("pii.credit-card",),
    "iban": ("pii.iban",),
    "email": ("pii.email",),
    "phone": ("pii.phone",),
    "nationalId": ("pii.national-id",),
    "dateOfBirth": ("pii.date-of-birth",),
    "passport": ("pii.passport",),
    "driverLicense": ("pii.driver-license",),
    "bankAccount": ("pii.bank-account", "pii.iban"),
    "taxId": ("pii.tax-id",),
    "medicalId": ("pii.medical-id",),
    "address": ("pii.address",),
    "ipAddress": ("pii.ip-address",),
    "device": ("pii.device",),
    "vehicle": ("pii.vehicle",),
    "cryptoAddress": ("pii.crypto-address",),
}
BUILT_IN: Final[tuple[str, ...]] = tuple(_RULES)
"""As they are shown to operators."""
DEFAULT: Final[frozenset[str]] = frozenset(BUILT_IN) - {"address", "ipAddress", "device", "vehicle"}
"""What a policy that names none should ask for: the others are ordinary in an agent's traffic."""

_OTHER_NAMES: Final[dict[str, str]] = {
    "socialsecurity": "ssn",
    "socialsecuritynumber": "ssn",
    "usssn": "ssn",
    "card": "creditCard",
    "cards": "creditCard",
    "cardnumber": "creditCard",
    "creditcards": "creditCard",
    "creditcardnumber": "creditCard",
    "debitcard": "creditCard",
    "paymentcard": "creditCard",
    "pan": "creditCard",
    "emails": "email",
    "emailaddress": "email",
    "mail": "email",
    "phonenumber": "phone",
    "phones": "phone",
    "telephone": "phone",
    "mobile": "phone",
    "ibannumber": "iban",
    "ibancode": "iban",
    "nationalids": "nationalId",
    "idcard": "nationalId",
    "identity": "nationalId",
    "dob": "dateOfBirth",
    "birthdate": "dateOfBirth",
    "birthday": "dateOfBirth",
    "passportnumber": "passport",
    "driverslicense": "driverLicense",
    "driverlicence": "driverLicense",
    "driverslicence": "driverLicense",
    "drivinglicence": "driverLicense",
    "drivinglicense": "driverLicense",
    "bank": "bankAccount",
    "accountnumber": "bankAccount",
    "routingnumber": "bankAccount",
    "itin": "taxId",
    "tin": "taxId",
    "vat": "taxId",
    "medical": "medicalId",
    "healthid": "medicalId",
    "nhs": "medicalId",
    "npi": "medicalId",
    "street": "address",
    "streetaddress": "address",
    "postaladdress": "address",
    "ip": "ipAddress",
    "ips": "ipAddress",
    "ipv4": "ipAddress",
    "ipv6": "ipAddress",
    "mac": "device",
    "macaddress": "device",
    "imei": "device",
    "licenseplate": "vehicle",
    "vin": "vehicle",
    "crypto": "cryptoAddress",
    "bitcoin": "cryptoAddress",
    "wallet": "cryptoAddress",
}


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


_BY_PLAIN: Final = {**_OTHER_NAMES, **{_plain(name): name for name in BUILT_IN}}


def built_in(name: str) -> str | None:
    """Return the built-in an operator means, or None."""
    return _BY_PLAIN.get(_plain(name))


def nearest(name: str) -> str | None:
    """Return the built-in whose spelling is nearest, for an error message; None if none is near."""
    found = get_close_matches(_plain(name)[:80], _BY_PLAIN, n=1, cutoff=0.6)
    return _BY_PLAIN[found[0]] if found else None


def rules_of(wanted: frozenset[str] | None) -> frozenset[str] | None:
    """Return the rules that some built-ins stand for; None for all."""
    if wanted is None:
        return None
    return frozenset(rule for name in wanted for rule in _RULES.get(built_in(name) or "", ()))
