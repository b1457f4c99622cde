"""The words that say what a number is, in the languages of those who write them, and those that say it is none.

A table of topics: single words, pairs of words, and pieces of scripts that do not part words. Sources: the names that
issuing authorities use for their own numbers. `words` reads them.
"""

from __future__ import annotations

from typing import Final

OTHER: Final = "other"
"""The topic after which a number is an order, a version, a time or a measure."""

WORDS: Final[dict[str, str]] = {
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
    "ssn": "ssn ssns sosec socsec taxpayer social itin tin",
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
        " móvil movil cellulare handynummer mobiltelefon mobilnummer fon tfno tlf tlfnr matkapuhelin mobiel telefonnr puh тел"
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
        " paszportu putovnica útlevél passi pașaport"
    ),
    "license": (
        "license licence licenses führerschein fuehrerschein permis patente rijbewijs motorista jazdy"
        " driver drivers"
        " driving conducir dl cdl cnh permit identification driverlicense driverslicense dmv"
        " ehliyet ajokortti körkort førerkort kørekort"
    ),
    "vehicle": (
        "vehicle vehicles plate plates registration reg plaka plakas\u0131 plakasi kennzeichen immatriculation matrícula"
        " matricula targa bike motorcycle vrm kenteken chassis vin licenseplate numberplate car"
    ),
    "bank": (
        "account acct aba routing rtn iban kontonummer konto checking savings deposit bank bsb clabe ifsc wire"
        " accountnumber bankaccount routingnumber micr transit"
        " swift bic sortcode kontonr cuenta compte conta rekening"
    ),
    "medical": (
        "medicare medicaid patient mrn mbi npi dea nhs lanr bsnr kvnr hicn provider health krankenkasse medical"
        " krankenversicherung krankenversicherten versicherten egk arzt arztnummer betriebsstätten"
        " betriebsstätte praxis"
        " beneficiary insurance prescriber physician hospital chi ohip doctor"
        " ihi nhi hicn healthcare"
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
        " fnr samordningsnummer bvn dowód dowodu nss kennitala fødselsnr cprnummer emirates iqama melli cccd cmnd asmens személyi taj občanského ghana huduma sss umid uan uscis coordination personalnummer identidade identitas elector sécu secu"
    ),
    "tax": (
        "tax taxpayer steuer tin itin ein fein tfn abn acn nif cif cnpj rfc gst gstin vat iva ust idnr"
        " nip regon ird brn crn"
        " utr siren siret nit ruc inn инн uen pan cuit kvk btw tva dic ico oib organisations orgnummer"
        " orgnr org partita"
        " contribuyente contribuinte vergi gstins taxid taxnumber company business employer företag"
        " foretag steuernummer"
        " umsatzsteuer fiscal pancard fiscale permanent provider"
        " utr afm vkn npwp rif uscc umsatzsteueridentifikationsnummer"
    ),
    "narrow": "inn инн vkn vergi afm αφμ іпн рнокпп rnokpp",
    "post": "postcode postal zip zipcode plz address addr postcodes",
    "device": "imei meid imsi handset",
}
PAIRS: Final[dict[str, str]] = {
    "phone": (
        "reach me|reach us|reach you|reach him|reach her|reached at|answering at|messages to|message to"
        "|call me|call us|can"
        " call|call him|call her|call them|call at|calls from|call from|called from|contact number"
        "|contact no|emergency contact|my registered|your number|my number|their number|ring me"
        "|contact at|contact us|dial in"
    ),
    "national": (
        "green card|id number|id card|id code|personal code|personal number|personal id|social insurance|social security|sa id"
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
LITERALS: Final[dict[str, str]] = {
    "bank": "계좌 口座 账号 帳號",
    "passport": "여권 旅券 护照 護照 جواز паспорт",
    "national": "주민등록 외국인등록 身份证 身分證 マイナンバー 個人番号 เลขประจำตัว บัตรประชาชน 주민번호 आधार 身分證字號 الهوية 市民身份",
    "phone": "電話 电话 手机 전화 โทร телефон 휴대폰 연락처 携帯 手機 мобильн هاتف जवाल मोबाइल",
    "card": "银行卡 信用卡 クレジットカード 신용카드",
    "license": "운전면허 驾驶证",
    "tax": "사업자등록",
    "vehicle": "車両",
}
"""Of scripts that do not part words."""
