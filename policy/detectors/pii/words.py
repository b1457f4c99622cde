"""The words that say what a number is, in the languages of those who write them, and those that say it is none.

Owns the topics and the reading of words out of identifiers and prose: `dateOfBirth`, `date_of_birth` and `Date of
birth` hold the same words; `Telefonnummer` is `telefon` with an ending. Each topic is also one pattern of the scanner,
a gate only: where no word of a topic is in a text, nobody looks for one. Sources: the names that issuing authorities
use for their own numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER: Final = "other"
"""The topic after which a number is an order, a version, a time or a measure."""

_WORDS: Final[dict[str, str]] = {
    OTHER: (
        "tracking shipment invoice timestamp revision commit build ticket serial catalog request"
        " latitude longitude isbn"
        " version checksum order batch barcode confirmation transaction reference trace span ver rev"
        " ref sku issn ean upc"
        " gtin asin heap bytes lat lon lng epoch uuid guid hash sha etag nonce lot model pid tid job"
        " issue bug created"
        " updated offset sequence seq oid doi pmid arxiv rfc cve port px release seed expires ttl count"
        " total row rows"
        " line lines part incident parcel counter iteration digest sha1 sha256 md5 pagerduty jira crc width height"
    ),
    "ssn": "ssn ssns sosec taxpayer social itin tin",
    "card": (
        "card cards creditcard debitcard cardnumber cardnum cardno kreditkarte tarjeta mastercard visa"
        " amex maestro diners"
        " discover jcb unionpay rupay cc ccn ccnum pan cvv cvc cartão carta kartennummer cardholder"
        " kortnummer kart\u0131"
        " karta carte kartu"
    ),
    "phone": (
        "phone phones telephone tel tél telefon téléphone teléfono telefono telefone telefoon puhelin"
        " mobile mobil cell"
        " cellular cellphone whatsapp handy fax facsimile sms landline hotline voicemail dial celular"
        " gsm numara desk telepono"
        " office msisdn rufnummer telepon mob phonenumber mobilenumber contactnumber numaram cep"
    ),
    "ip": (
        "ip ips ipv4 ipv6 ipaddress ipaddr host server gateway loopback unspecified subnet localhost"
        " broadcast multicast"
        " src dst route prefix peer ping ssh interface addr nameserver network private tunnel nat64"
        " mapped connecting"
        " connect default use"
    ),
    "passport": (
        "passport passports reisepass passeport pasaporte passaporto passaporte paspoort pasaport passnummer pass"
        " паспорт paszport travel ausweis passportnumber passportno"
    ),
    "license": (
        "license licence licenses führerschein fuehrerschein permis patente rijbewijs motorista jazdy"
        " driver drivers"
        " driving conducir dl cdl cnh permit identification driverlicense driverslicense dmv"
    ),
    "vehicle": (
        "vehicle vehicles plate plates registration reg plaka plakas\u0131 plakasi kennzeichen immatriculation matrícula"
        " matricula targa bike motorcycle vrm kenteken chassis vin licenseplate numberplate car"
    ),
    "bank": (
        "account acct aba routing rtn iban kontonummer konto checking savings deposit bank bsb clabe ifsc wire"
        " accountnumber bankaccount routingnumber micr transit"
    ),
    "medical": (
        "medicare medicaid patient mrn mbi npi dea nhs lanr bsnr kvnr hicn provider health krankenkasse medical"
        " krankenversicherung krankenversicherten versicherten egk arzt arztnummer betriebsstätten"
        " betriebsstätte praxis"
        " beneficiary insurance prescriber physician hospital chi ohip doctor"
    ),
    "national": (
        "ssn sin nas nif nie dni cpf rg curp nir bsn cpr pnr rrn frn nric fin hkid tnin nin nino pps"
        " ppsn ahv rvnr svnr ktp"
        " cnic rut run cuil cuit tckn tc epic nid uin snils снилс aadhaar aadhar uidai kimlik pesel"
        " hetu personnummer"
        " personnr fødselsnummer fodselsnummer henkilötunnus isikukood egn егн jmbg emšo emso oib amka cnp nik idnr"
        " personalausweis ausweis cédula cedula identidad identidade burgerservice rijksregister mykad kad citizen"
        " citizenship identity resident residence national nino voter elector foreigner alien matricule"
        " sozialversicherung sozialversicherungsausweis rentenversicherung versicherungs fiscale codice"
        " aadhaarnumber"
        " nationalid idcard swedish finnish thai turkish korean refugee rsa vote permanent socialsecurity svn dowod"
        " rodné rodne osobisty osobní identité identità identification insurance szig"
    ),
    "tax": (
        "tax taxpayer steuer tin itin ein fein tfn abn acn nif cif cnpj rfc gst gstin vat iva ust idnr"
        " nip regon ird brn crn"
        " utr siren siret nit ruc inn инн uen pan cuit kvk btw tva dic ico oib organisations orgnummer"
        " orgnr org partita"
        " contribuyente contribuinte vergi gstins taxid taxnumber company business employer företag"
        " foretag steuernummer"
        " umsatzsteuer fiscal pancard fiscale permanent provider"
    ),
    "post": "postcode postal zip zipcode plz address addr postcodes",
    "device": "imei meid imsi handset",
}
_PAIRS: Final[dict[str, str]] = {
    "phone": (
        "reach me|reach us|reach you|reach him|reach her|reached at|answering at|messages to|message to"
        "|call me|call us|can"
        " call|call him|call her|call them|call at|calls from|call from|called from|contact number"
        "|contact no|emergency contact|my registered|your number|my number|their number|ring me"
        "|contact at|contact us|dial in"
    ),
    "national": (
        "id number|id card|id code|personal code|personal number|personal id|social insurance|social security|sa id"
        "|seguridad social|sécurité sociale|sociale securité|my number|government id|sekuriti sosial"
        "|personal identity"
        "|number national|tax code|ni number|insurance number|south african|kód rodné|african id|identity code"
    ),
    "ssn": "social security|soc sec|seguridad social|tax id|sécurité sociale|seguro social|social number",
    "card": "american express|payment method|credit number",
    "license": "dl number|dl no",
    "passport": "pass nr|pass no|travel document",
    "ip": "remote addr|x forwarded|logged in",
    OTHER: "created at|updated at|request id|trace id|span id",
    "tax": "id tax|business number|vat id|ust id|code fiscale|org nr|company code|company identity|tax file",
    "medical": "health card|member id|national provider|health insurance|dea number",
    "vehicle": "number plate|car reg|licen[sc]e plate|license plate|licence plate",
    "post": "send to|ship to|deliver to|post code",
    "device": "device id",
}
_LITERALS: Final[dict[str, str]] = {
    "passport": "여권 旅券 护照 護照",
    "national": "주민등록 외국인등록 身份证 身分證 マイナンバー 個人番号 เลขประจำตัว บัตรประชาชน",
    "phone": "電話 电话 手机 전화 โทร телефон",
    "card": "银行卡 信用卡 クレジットカード 신용카드",
    "license": "운전면허 驾驶证",
    "tax": "사업자등록",
    "vehicle": "車両",
}
"""Of scripts that do not part words."""
_ENDINGS: Final = (
    "nummern",
    "nummer",
    "number",
    "numbers",
    "numéro",
    "nr",
    "num",
    "no",
    "numaras\u0131",
    "numara",
    "s",
    "n",
    "id",
    "code",
)
# Those that are common in English and code are not cut from just anything: the stem has to be a known word.
_NO_ENDING: Final = 5
"""Shortest word, in characters, that an ending is cut from."""
_SHORTEST: Final = 3

_TOKEN: Final = re.compile(r"[^\W\d_]+")
_HUMPS: Final = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")


def _index(table: dict[str, str], separator: str | None) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for name, entries in table.items():
        for entry in entries.split(separator):
            index.setdefault(entry.strip(), []).append(name)
    return {entry: tuple(names) for entry, names in index.items()}


_BY_WORD: Final = _index(_WORDS, None)
_BY_PAIR: Final = _index(_PAIRS, "|")
_BY_LITERAL: Final = _index(_LITERALS, None)
_SHORT: Final = 4
"""Words of up to so many letters gate only where they stand alone."""

_PREFIX: Final = "pii.word."


def gate(topic: str) -> str:
    """Return the scanner's name for a topic."""
    return _PREFIX + topic


GATES: Final = {topic: gate(topic) for topic in _WORDS}


def _gate(topic: str) -> Pattern:
    words = set(_WORDS[topic].split())
    words |= {max(pair.split(), key=len) for pair in _PAIRS.get(topic, "").split("|") if pair}
    long = sorted(word for word in words if len(word) > _SHORT)
    stems = [word for word in long if not any(word != stem and stem in word for stem in long)]
    short = sorted(words - set(long))
    pattern = "|".join((*stems, *_LITERALS.get(topic, "").split()))
    if short:
        pattern += rf"|(?:\b|_)(?:{'|'.join(short)})(?:\b|_|[0-9]|s\b|n[oru])"
    return Pattern(gate(topic), pattern, is_caseless=True)


TOPICS: Final = tuple(topic for topic in _WORDS if topic != OTHER)
PATTERNS: Final[tuple[Pattern, ...]] = tuple(_gate(topic) for topic in TOPICS)


def read(text: str, start: int, end: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Find the known words between two places: where each begins and ends, and its topics."""
    before = ""
    before_start = start
    for token_start, token_end, word, topics in _tokens(text, start, end):
        pair = _BY_PAIR.get(f"{before} {word}") if before else None
        if pair:
            yield before_start, token_end, pair
        if topics:
            yield token_start, token_end, topics
        before, before_start = word, token_start
    piece = text[start:end]
    if not piece.isascii():
        for literal, topics in _BY_LITERAL.items():
            at = piece.rfind(literal)
            if at >= 0:
                yield start + at, start + at + len(literal), topics


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[int, int, str, tuple[str, ...] | None]]:
    """Find words: as they are written if they are known so, else the humps of `camelCase`."""
    for token in _TOKEN.finditer(text, start, end):
        written = token[0]
        word = written.lower()
        topics = _BY_WORD.get(word) or _stem(word)
        if topics or written[1:] == word[1:] or written.isupper():
            yield token.start(), token.end(), word, topics
            continue
        for hump in _HUMPS.finditer(text, token.start(), token.end()):
            word = hump[0].lower()
            yield hump.start(), hump.end(), word, _BY_WORD.get(word) or _stem(word)


def _stem(word: str) -> tuple[str, ...] | None:
    if len(word) < _NO_ENDING or not word.endswith(_ENDINGS):
        return None
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            stem = word.removesuffix(ending)
            found = _BY_WORD.get(stem) or _BY_WORD.get(stem + "s")
            if found:
                return found
    return None
