"""What stands in a field that somebody had to fill in: no data, and its hash would tie strangers together.

Only what nobody is called is here. Words that are names too (Null, Guest, Test, Na) stay: if a shop fills them in
itself, they are on so many orders that its own numbers show it.
"""

import re

NO_TEXT = frozenset(
    """
    n/a|n.a.|n.a|n\\a|#n/a|none|undefined|unknown|nan|not provided|not available|not applicable|no name|noname|not given
    |first name|firstname|last name|lastname|xx|xxx|xxxx|xxxxx|asdf|asdfasdf|qwerty|unbekannt|keine angabe|k.a.|k. a.
    |keine|desconocido|desconocida|no aplica|sin datos|inconnu|inconnue|non renseigné|non renseigne|non communiqué
    """.replace("\n    ", "").split("|")
)
NO_ID = NO_TEXT | {
    "null",
    "nil",
    "0",
    "-1",
    "anonymous",
    "anonymoususer",
    "guest",
    "00000000-0000-0000-0000-000000000000",
}

# In front of the @, whatever comes behind it.
_NO_MAILBOX = frozenset(
    [
        "none",
        "noemail",
        "no-email",
        "no_email",
        "no.email",
        "nomail",
        "no-mail",
        "no_mail",
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "null",
        "undefined",
        "unknown",
        "notprovided",
        "not-provided",
        "noaddress",
        "n/a",
        "keineemail",
        "keine-email",
        "sinemail",
        "sincorreo",
        "pasdemail",
    ]
)
# Real words for a mailbox, but not before a domain that is such a word itself.
_PERHAPS = _NO_MAILBOX | frozenset(
    [
        "a",
        "aa",
        "aaa",
        "abc",
        "asd",
        "asdf",
        "b",
        "email",
        "fake",
        "foo",
        "bar",
        "guest",
        "mail",
        "na",
        "nein",
        "no",
        "nobody",
        "non",
        "test",
        "user",
        "x",
        "xx",
        "xxx",
        "xyz",
    ]
)
_NOWHERE = (".invalid", ".localhost")

# After no more than a country code: one digit alone, or the keys in their order.
_NO_PHONE = re.compile(r"[0-9]{0,3}?(?:([0-9])\1{6,}|0?123456789[0-9]?|9876543210?)").fullmatch
_no_digits = re.compile(r"[^0-9]").sub


def is_no_text(text: str) -> bool:
    """For names and places: whether it says that there is none."""
    return text.strip().lower() in NO_TEXT


def is_no_id(text: str) -> bool:
    """For ids: what programs write for nobody."""
    return text.strip().lower() in NO_ID


def is_no_email(address: str) -> bool:
    """For an address in lower case."""
    local, _, domain = address.partition("@")
    if local not in _PERHAPS:
        return domain.endswith(_NOWHERE)
    return local in _NO_MAILBOX or domain.partition(".")[0] in _PERHAPS or domain.endswith(_NOWHERE)


def is_no_phone(text: str) -> bool:
    """For a phone as it was written, or its digits."""
    return _NO_PHONE(_no_digits("", text)) is not None
