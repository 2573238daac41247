"""Countries: ISO 3166-1 codes with the names that shops' forms use, and how their phones are dialled."""

import re
import unicodedata
from collections.abc import Callable

from .hashing import as_text

# alpha-2, alpha-3, calling code (ITU E.164; "-" where nobody is called), English name, other names
_TABLE = """
AD AND 376 Andorra
AE ARE 971 United Arab Emirates|UAE|Emirates
AF AFG 93 Afghanistan
AG ATG 1 Antigua and Barbuda
AI AIA 1 Anguilla
AL ALB 355 Albania
AM ARM 374 Armenia
AO AGO 244 Angola
AQ ATA - Antarctica
AR ARG 54 Argentina
AS ASM 1 American Samoa
AT AUT 43 Austria|Österreich
AU AUS 61 Australia
AW ABW 297 Aruba
AX ALA 358 Åland Islands
AZ AZE 994 Azerbaijan
BA BIH 387 Bosnia and Herzegovina|Bosnia
BB BRB 1 Barbados
BD BGD 880 Bangladesh
BE BEL 32 Belgium|Belgien|Belgique|België
BF BFA 226 Burkina Faso
BG BGR 359 Bulgaria|България
BH BHR 973 Bahrain
BI BDI 257 Burundi
BJ BEN 229 Benin
BL BLM 590 St. Barthélemy
BM BMU 1 Bermuda
BN BRN 673 Brunei|Brunei Darussalam
BO BOL 591 Bolivia|Plurinational State of Bolivia
BQ BES 599 Caribbean Netherlands|Bonaire Sint Eustatius and Saba
BR BRA 55 Brazil|Brasil
BS BHS 1 Bahamas
BT BTN 975 Bhutan
BV BVT - Bouvet Island
BW BWA 267 Botswana
BY BLR 375 Belarus
BZ BLZ 501 Belize
CA CAN 1 Canada
CC CCK 61 Cocos (Keeling) Islands
CD COD 243 Democratic Republic of the Congo|DR Congo|Congo Kinshasa
CF CAF 236 Central African Republic
CG COG 242 Republic of the Congo|Congo|Congo Brazzaville
CH CHE 41 Switzerland|Schweiz|Suisse|Svizzera
CI CIV 225 Côte d'Ivoire|Ivory Coast
CK COK 682 Cook Islands
CL CHL 56 Chile
CM CMR 237 Cameroon
CN CHN 86 China|People's Republic of China|中国
CO COL 57 Colombia
CR CRI 506 Costa Rica
CU CUB 53 Cuba
CV CPV 238 Cape Verde|Cabo Verde
CW CUW 599 Curaçao
CX CXR 61 Christmas Island
CY CYP 357 Cyprus
CZ CZE 420 Czechia|Czech Republic|Česko|Česká republika
DE DEU 49 Germany|Deutschland|Federal Republic of Germany|Allemagne|Alemania
DJ DJI 253 Djibouti
DK DNK 45 Denmark|Danmark
DM DMA 1 Dominica
DO DOM 1 Dominican Republic
DZ DZA 213 Algeria
EC ECU 593 Ecuador
EE EST 372 Estonia|Eesti
EG EGY 20 Egypt
EH ESH 212 Western Sahara
ER ERI 291 Eritrea
ES ESP 34 Spain|España|Spanien
ET ETH 251 Ethiopia
FI FIN 358 Finland|Suomi
FJ FJI 679 Fiji
FK FLK 500 Falkland Islands|Malvinas|Falkland Islands Malvinas
FM FSM 691 Micronesia|Federated States of Micronesia
FO FRO 298 Faroe Islands
FR FRA 33 France|Frankreich|Francia
GA GAB 241 Gabon
GB GBR 44 United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland
GD GRD 1 Grenada
GE GEO 995 Georgia
GF GUF 594 French Guiana
GG GGY 44 Guernsey
GH GHA 233 Ghana
GI GIB 350 Gibraltar
GL GRL 299 Greenland
GM GMB 220 Gambia
GN GIN 224 Guinea
GP GLP 590 Guadeloupe
GQ GNQ 240 Equatorial Guinea
GR GRC 30 Greece|Ελλάδα|Hellas
GS SGS - South Georgia and the South Sandwich Islands
GT GTM 502 Guatemala
GU GUM 1 Guam
GW GNB 245 Guinea-Bissau
GY GUY 592 Guyana
HK HKG 852 Hong Kong|Hong Kong SAR|Hong Kong SAR China
HM HMD - Heard and McDonald Islands|Heard Island and McDonald Islands
HN HND 504 Honduras
HR HRV 385 Croatia|Hrvatska
HT HTI 509 Haiti
HU HUN 36 Hungary|Magyarország
ID IDN 62 Indonesia
IE IRL 353 Ireland|Éire|Republic of Ireland
IL ISR 972 Israel
IM IMN 44 Isle of Man
IN IND 91 India|Bharat
IO IOT 246 British Indian Ocean Territory
IQ IRQ 964 Iraq
IR IRN 98 Iran|Islamic Republic of Iran
IS ISL 354 Iceland|Ísland
IT ITA 39 Italy|Italia|Italien
JE JEY 44 Jersey
JM JAM 1 Jamaica
JO JOR 962 Jordan
JP JPN 81 Japan|日本|Nippon
KE KEN 254 Kenya
KG KGZ 996 Kyrgyzstan
KH KHM 855 Cambodia
KI KIR 686 Kiribati
KM COM 269 Comoros
KN KNA 1 St. Kitts and Nevis
KP PRK 850 North Korea|Democratic People's Republic of Korea
KR KOR 82 South Korea|Republic of Korea|Korea|대한민국
KW KWT 965 Kuwait
KY CYM 1 Cayman Islands
KZ KAZ 7 Kazakhstan
LA LAO 856 Laos|Lao People's Democratic Republic
LB LBN 961 Lebanon
LC LCA 1 St. Lucia
LI LIE 423 Liechtenstein
LK LKA 94 Sri Lanka
LR LBR 231 Liberia
LS LSO 266 Lesotho
LT LTU 370 Lithuania|Lietuva
LU LUX 352 Luxembourg|Lëtzebuerg|Luxemburg
LV LVA 371 Latvia|Latvija
LY LBY 218 Libya
MA MAR 212 Morocco
MC MCO 377 Monaco
MD MDA 373 Moldova|Republic of Moldova
ME MNE 382 Montenegro
MF MAF 590 St. Martin|Saint Martin French part
MG MDG 261 Madagascar
MH MHL 692 Marshall Islands
MK MKD 389 North Macedonia|Macedonia|Republic of North Macedonia
ML MLI 223 Mali
MM MMR 95 Myanmar|Burma|Myanmar (Burma)
MN MNG 976 Mongolia
MO MAC 853 Macao|Macau|Macao SAR China
MP MNP 1 Northern Mariana Islands
MQ MTQ 596 Martinique
MR MRT 222 Mauritania
MS MSR 1 Montserrat
MT MLT 356 Malta
MU MUS 230 Mauritius
MV MDV 960 Maldives
MW MWI 265 Malawi
MX MEX 52 Mexico
MY MYS 60 Malaysia
MZ MOZ 258 Mozambique
NA NAM 264 Namibia
NC NCL 687 New Caledonia
NE NER 227 Niger
NF NFK 672 Norfolk Island
NG NGA 234 Nigeria
NI NIC 505 Nicaragua
NL NLD 31 Netherlands|Nederland|Holland|Niederlande
NO NOR 47 Norway|Norge|Noreg
NP NPL 977 Nepal
NR NRU 674 Nauru
NU NIU 683 Niue
NZ NZL 64 New Zealand
OM OMN 968 Oman
PA PAN 507 Panama
PE PER 51 Peru
PF PYF 689 French Polynesia
PG PNG 675 Papua New Guinea
PH PHL 63 Philippines
PK PAK 92 Pakistan
PL POL 48 Poland|Polska|Polen
PM SPM 508 St. Pierre and Miquelon
PN PCN - Pitcairn|Pitcairn Islands
PR PRI 1 Puerto Rico
PS PSE 970 Palestine|State of Palestine|Palestinian Territories
PT PRT 351 Portugal
PW PLW 680 Palau
PY PRY 595 Paraguay
QA QAT 974 Qatar
RE REU 262 Réunion
RO ROU 40 Romania
RS SRB 381 Serbia
RU RUS 7 Russia|Russian Federation|Россия
RW RWA 250 Rwanda
SA SAU 966 Saudi Arabia
SB SLB 677 Solomon Islands
SC SYC 248 Seychelles
SD SDN 249 Sudan
SE SWE 46 Sweden|Sverige|Schweden
SG SGP 65 Singapore
SH SHN 290 St. Helena|Saint Helena Ascension and Tristan da Cunha
SI SVN 386 Slovenia|Slovenija
SJ SJM 47 Svalbard and Jan Mayen
SK SVK 421 Slovakia|Slovensko|Slovak Republic
SL SLE 232 Sierra Leone
SM SMR 378 San Marino
SN SEN 221 Senegal
SO SOM 252 Somalia
SR SUR 597 Suriname
SS SSD 211 South Sudan
ST STP 239 São Tomé and Príncipe
SV SLV 503 El Salvador
SX SXM 1 Sint Maarten|Sint Maarten Dutch part
SY SYR 963 Syria|Syrian Arab Republic
SZ SWZ 268 Eswatini|Swaziland
TC TCA 1 Turks and Caicos Islands
TD TCD 235 Chad
TF ATF - French Southern Territories|French Southern and Antarctic Lands
TG TGO 228 Togo
TH THA 66 Thailand
TJ TJK 992 Tajikistan
TK TKL 690 Tokelau
TL TLS 670 Timor-Leste|East Timor
TM TKM 993 Turkmenistan
TN TUN 216 Tunisia
TO TON 676 Tonga
TR TUR 90 Türkiye|Turkey
TT TTO 1 Trinidad and Tobago
TV TUV 688 Tuvalu
TW TWN 886 Taiwan|Taiwan Province of China|臺灣|台灣
TZ TZA 255 Tanzania|United Republic of Tanzania
UA UKR 380 Ukraine|Україна
UG UGA 256 Uganda
UM UMI - United States Minor Outlying Islands|US Outlying Islands
US USA 1 United States|United States of America|America|Estados Unidos|Vereinigte Staaten
UY URY 598 Uruguay
UZ UZB 998 Uzbekistan
VA VAT 39 Vatican City|Holy See|Holy See Vatican City State|Vatican
VC VCT 1 St. Vincent and Grenadines
VE VEN 58 Venezuela|Bolivarian Republic of Venezuela
VG VGB 1 British Virgin Islands|Virgin Islands British
VI VIR 1 United States Virgin Islands|US Virgin Islands|Virgin Islands US
VN VNM 84 Vietnam
VU VUT 678 Vanuatu
WF WLF 681 Wallis and Futuna
WS WSM 685 Samoa
YE YEM 967 Yemen
YT MYT 262 Mayotte
ZA ZAF 27 South Africa|Suid-Afrika
ZM ZMB 260 Zambia
ZW ZWE 263 Zimbabwe
"""

# Written on forms, but not ISO's: the United Kingdom, and Greece as the European Union spells it.
_UNOFFICIAL = {"UK": "gb", "EL": "gr"}

# Digits dialled before a national number at home, which E.164 leaves out. Elsewhere it is a zero.
_TRUNKS = {
    "": """
        AW AO AD BI BJ BQ BF BH BZ BN BT BW CF CL CI CM CG CK KM CV CR CW CY CZ DJ DK ES EE FJ FK FO FM GA GI GN GM GW
        GQ GR GL GT GY HK HN HT IO IS IT KW LS LU LV MO MV MX ML MT MZ MR MU NC NE NF NI NU NO NR OM PA PW PG PL PT PF
        QA SN SG SH SJ SB SV SM ST SR SZ SC TD TG TJ TK TL TO TN TV UZ VA VU WF WS
    """,
    "1": "AI AS AG BS BM BB CA KY DM DO GD GU JM KN LC MH MP MS PR SX TC TT US VC VG VI",
    "8": "KZ RU TM",
    "80": "BY",
    "06": "HU",
}

# Where a national number may begin with a zero that belongs to it.
_OWN_ZERO = "BJ BZ BW CI CG FJ GA IT MO NC NE SM SZ TO VA"

_SMALL_WORDS = frozenset({"and", "the", "of"})
_words = re.compile(r"[^\W\d_]+").findall


def _fold(name: str) -> str:
    """One spelling for the ways to write a name: no accents, no case, no small words, no signs."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    words = (word for word in _words(plain.casefold()) if word not in _SMALL_WORDS)
    return "".join("saint" if word == "st" else word for word in words)


_ROWS = [line.split(" ", 3) for line in _TABLE.strip().splitlines()]
ALPHA2 = frozenset(row[0].lower() for row in _ROWS)
_CODES = {row[0]: row[0].lower() for row in _ROWS} | {row[1]: row[0].lower() for row in _ROWS} | _UNOFFICIAL
_NAMES = {_fold(name): row[0].lower() for row in _ROWS for name in row[3].split("|")}

CALLING_CODES = {row[0].lower(): row[2] for row in _ROWS if row[2] != "-"}
TRUNKS = dict.fromkeys(ALPHA2, "0") | {code: trunk for trunk, row in _TRUNKS.items() for code in row.lower().split()}
OWN_ZERO = frozenset(_OWN_ZERO.lower().split())


def country(text: str) -> str:
    """ISO 3166-1 alpha-2 in lower case, from a code of two or three letters or a common name; "" if unknown."""
    stripped = text.strip()
    if code := _CODES.get(stripped.upper()):
        return code
    if code := _NAMES.get(_fold(stripped)):
        return code
    head, _, tail = stripped.partition(",")  # "Korea, Republic of" is the Republic of Korea
    return _NAMES.get(_fold(f"{tail} {head}"), "")


_ask_default: Callable[[], object] = str


def set_default_country(ask: Callable[[], object]) -> Callable[[], object]:
    """Say where the shop's own country is asked: a callable, called at each use, so that settings stay live.

    Returns the one asked before.
    """
    global _ask_default
    before, _ask_default = _ask_default, ask
    return before


def default_country() -> str:
    """The shop's own country as alpha-2 in lower case; "" if none is set or it is unknown."""
    return country(as_text(_ask_default()) or "")
