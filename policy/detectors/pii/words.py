"""The words that say what a number is, in the languages of those who write them, and those that say it is none.

Owns the topics. Each is one pattern of the scanner, so that their places are known without reading the text again;
an identifier that means nothing alone is believed beside a word of its topic. Separators inside a phrase may be
blank, `_`, `-` or nothing: `date of birth`, `date_of_birth`, `dateOfBirth`.
Sources: the names the issuing authorities use for their own numbers.
"""

from __future__ import annotations

from typing import Final

from policy.text.scanner import Pattern

_PREFIX: Final = "pii.word."
_GAP: Final = "[ _-]?"
_EDGE: Final = r"(?:\b|_)"


def topic(name: str) -> str:
    """Return the scanner's name for a topic."""
    return _PREFIX + name


def _phrases(phrases: str) -> str:
    return "|".join(part.strip().replace(" ", _GAP) for part in phrases.split("|"))


def _topic(name: str, phrases: str = "", short: str = "") -> Pattern:
    """One topic.

    Args:
        name: of the topic.
        phrases: found inside words as well, separated by `|`.
        short: abbreviations that stand alone, or with `number`, `no` or `#` attached.
    """
    parts = [_phrases(phrases)] if phrases else []
    if short:
        parts.append(rf"{_EDGE}(?:{_phrases(short)})(?:s?(?:\b|_)|n(?:o|r|um)|code|id(?:\b|_))")
    return Pattern(topic(name), "|".join(parts), is_caseless=True)


NEGATIVE: Final = topic("other")
"""Words after which a number is an order, a version, a time or a measure."""

PATTERNS: Final[tuple[Pattern, ...]] = (
    _topic(
        "other",
        "tracking|shipment|invoice|timestamp|revision|commit|build|ticket|serial number|part number|part no|catalog"
        "|request|latitude|longitude|isbn|version|checksum|order number|order no|order id|order #|batch|barcode"
        "|confirmation|transaction id|reference",
        "order|trace|trace id|span|span id|ver|rev|ref|sku|issn|ean|upc|gtin|asin|heap|bytes|lat|lon|lng|epoch|ts"
        "|uuid|guid|hash|sha|sha1|sha256|md5|etag|nonce|lot|model|pid|tid|job|issue|bug|created at|updated at"
        "|created|updated|offset|size|seq|sequence|oid|doi|pmid|arxiv|rfc|cve|port|build id|px|release|seed"
        "|expires at|expires|ttl|count|total|row|rows|line|lines",
    ),
    _topic(
        "ssn",
        "social security|social sec|soc sec|social number|social insurance|sécurité sociale|seguridad social"
        "|seguro social|sozialversicherung",
        "ssn|ssns|ss|sosec|us ssn|tax id|taxpayer|tin|last four|social",
    ),
    _topic(
        "card",
        "credit card|debit card|card num|card no|card #|creditcard|kreditkarte|carte bancaire|carte de crédit|tarjeta"
        "|carta di credito|cartão|mastercard|american express|maestro|diners|discover|kartennummer|numéro de carte"
        "|payment method|cardholder|kortnummer|kredi kart|银行卡|信用卡|クレジットカード",
        "card|cards|cc|pan|visa|amex|jcb|unionpay|rupay|ccn|cvv|cvc|cc num",
    ),
    _topic(
        "phone",
        "phone|telephone|telefon|téléphone|teléfono|telefono|telefoon|puhelin|mobile|mobil|cellular|whatsapp|handy"
        "|answering at|reach me|reach us|reach you|contact number|call me|call us|can call|please call|text me|messages to"
        "|sms|facsimile|telepon|hotline|voicemail|dial|celular|contact no|número de contacto|ring me|call at|reach at"
        "|numara|numaram|cep no|gsm|電話|电话|手机|전화|телефон|โทร|reached at|call him|call her|call them|contacted at"
        "|calls from|call from|called from|reach him|reach her|emergency contact|your number|my number|their number"
        "|the number is|give me a call|phone number on file|contactable|numero de tel",
        "tel|tél|fax|cell|cell no|mob|desk|office|fon|ph|msisdn|call|rufnummer|tlf|landline|home no|work no",
    ),
    _topic(
        "ip",
        "ip addr|ipv4|ipv6|ip address|ipaddress|gateway|loopback|unspecified|subnet|localhost|broadcast|multicast"
        "|link local|adresse ip|dirección ip|remote addr|client addr|x forwarded for|nameserver|network|private|tunnel"
        "|nat64|mapped|connect to|default route|whitelist|allowlist|blocked from|logged in from|login from",
        "ip|ips|host|server|src|dst|route|client ip|prefix|peer|ping|ssh|interface",
    ),
    _topic(
        "passport",
        "passport|reisepass|pass nr|passeport|pasaporte|passaporto|passaporte|paspoort|pasaport|passnummer|паспорт"
        "|paszport|여권|旅券|护照|travel document|traveldocument|passi",
        "pass no|pass number|ausweis nr|ausweis",
    ),
    _topic(
        "license",
        "driver license|drivers license|driver's license|driver’s license|driving license|driving licence|driver licence"
        "|driver’s licence|driver's licence|drivers licence|license number|licence number|license no|licence no"
        "|führerschein|permis de conduire|licencia de conducir|carnet de conducir|permiso de conducir|patente di guida"
        "|patente|rijbewijs|carteira de motorista|prawo jazdy|운전면허|driving permit|driver permit|driverlicense",
        "license|licence|licenses|dl|cdl|cnh|permit|identification",
    ),
    _topic(
        "vehicle",
        "vehicle|registration|license plate|licence plate|number plate|plate|car reg|plaka|plakası|kennzeichen"
        "|immatriculation|matrícula|targa|bike|motorcycle|vrm|kenteken|chassis",
        "car|reg|reg no|plates|vin|vin no|truck|van",
    ),
    _topic(
        "bank",
        "account number|account no|account #|acct number|acct no|acct #|bank account|bank number|kontonummer|routing"
        "|numéro de compte|número de cuenta|checking account|savings account|sort code|beneficiary account|wire to"
        "|direct deposit|iban|bankverbindung|numero di conto|accountnumber|bsb|transit number",
        "acct|aba|a/c|rtn|bank|micr|account|checking|savings|debit|clabe|ifsc|bic|swift",
    ),
    _topic(
        "medical",
        "medicare|national provider|provider identifier|medical record|health card|health insurance|patient"
        "|krankenkasse|krankenversicher|versichertennummer|egk|arztnummer|betriebsst|arzt|praxis|beneficiary|health plan"
        "|insurance number|insurance id|member id|national health|health number|dea number|dea registration|dea reg"
        "|prescriber|physician|medicaid|hospital number|praxisnummer",
        "mrn|mbi|npi|dea|nhs|lanr|bsnr|kvnr|hicn|provider|ohip|chi",
    ),
    _topic(
        "national",
        "national id|identity card|identity code|identity number|identification number|identification card|id card"
        "|id number|id code|citizen id|citizenship number|personal code|personal number|personal id|resident registration"
        "|resident id|personalausweis|ausweis|carte d'identité|carta d'identità|documento de identidad|documento nacional"
        "|cédula|cedula|identidad|identidade|bilhete de identidade|cartão de cidadão|personnummer|fødselsnummer"
        "|fodselsnummer|henkilötunnus|hetu|personnr|osobní číslo|rodné číslo|rodne cislo|rodné|szig|osobisty|pesel"
        "|aadhaar|aadhar|uidai|kimlik|tckn|national insurance|nino|burgerservicenummer|rijksregister|registre national"
        "|numéro national|rijksregisternummer|citizen|주민등록|외국인등록|身份证|マイナンバー|เลขประจำตัว|บัตรประชาชน"
        "|codice fiscale|fiscal code|número de identificación|south african id|sa id|rsa id|refugee|permanent resident"
        "|thai id|turkish id|kwitansi|nomor induk|voter|elector|my number|national number|national identity|matricule"
        "|foreigner registration|alien registration|personal identification|social insurance number|numéro de sécu"
        "|personenkennziffer|ahv|sozialversicherungsausweis|rentenversicherung|my kad|mykad|id kaart|isikukood"
        "|asmens kodas|personas kods|egn|егн|jmbg|emšo|emso|oib|amka|cnp|nik|identification no|government id",
        "ssn|sin|nas|nif|nie|dni|cpf|rg|curp|nir|bsn|cpr|pnr|rrn|frn|nric|fin|hkid|tnin|nin|nino|ni number|pps|ppsn|ahv"
        "|rvnr|rsin|svnr|ktp|cnic|rut|run|cuil|cuit|tc|cin|epic|id|idnr|nid|uin|national|citizens|snils|снилс|personal",
    ),
    _topic(
        "tax",
        "tax id|tax number|tax file|tax identification|taxpayer|steuer id|steueridentifikation|steuernummer|steuer nr"
        "|partita iva|numéro fiscal|identification fiscale|contribuyente|registro federal|business number|company number"
        "|company code|company identity|organisationsnummer|organization number|orgnummer|org nr|business registration"
        "|employer identification|umsatzsteuer|ust id|vat number|vat reg|vat no|numéro de tva|gst registration|gstin"
        "|vergi|company registration|individual taxpayer|contribuinte|fiscal number|tax code|permanent account"
        "|identificación fiscal|australian business|australian company|사업자등록",
        "tin|itin|ein|fein|tfn|abn|acn|nif|cif|cnpj|rfc|gst|vat|iva|ust|idnr|nip|regon|ird|brn|crn|utr|siren|siret|nit"
        "|ruc|inn|инн|uen|pan|tax|cuit|kvk|btw|tva|dic|ico|oib",
    ),
    _topic(
        "post",
        "postcode|post code|postal code|postal|address|zip code|zipcode|send to|ship to|deliver to",
        "zip|plz|from|to",
    ),
    _topic("device", "imei|device id|handset|serial", "imei|meid|imsi"),
    _topic("wallet", "bitcoin|ethereum|crypto|wallet|litecoin|monero|usdt", "btc|eth|ltc|trx|xmr|ada|xrp"),
)

TOPICS: Final[frozenset[str]] = frozenset(pattern.name for pattern in PATTERNS)
