"""The forms that fields of log entries may have, so that nothing about a person fits into one.

Every text in an entry is one of: a word of a closed list, a digest, a number in decimal, a key, or
a short name that the operator gave to a policy, an edition, a recipe or an experiment. There is no
field for free text, and names are too short for a viewer's id and too plain for an address.
"""

from typing import Annotated, Final

from msgspec import Meta

from plainview.core.terms.canonical import INT_BOUND

SPEC: Final = "log-v1"
ENTRY_BYTES_MAX: Final = 65_535
"""What an entry bundle's length field can hold."""


class HistoryError(ValueError):
    """Something about the log's contents is not as it must be.

    HistoryError
     |- BadEntry     the bytes are not an entry: do not append them; found in a log, report it
     |- BadTrust     not a trust document, or not signed by enough root keys: stop, trust nothing
     `- BadInterval  a commitment that is not in its interval's tree, or counts that do not fit
    """


class BadEntry(HistoryError):
    """Not the canonical bytes of one entry; the message says where."""


DIGEST: Final = r"\A[0-9a-f]{64}\Z"
NAME: Final = r"\A[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}\Z"
"""At most 24 of a-z, 0-9 and single hyphens inside: too short for a viewer's id of 32 digits."""
LINE: Final = r"\A[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}/[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}\Z"
"""An experiment's and a recipe's names."""
ARM: Final = (
    r"\A[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}(?:\+[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23})?\Z"
)
"""A policy's name, or a policy's and a recipe's: `POLICY+RECIPE`."""
DECIMAL_ID: Final = r"\A[1-9][0-9]{0,18}\Z"
KEY: Final = r"\A[A-Za-z0-9+/]{43}=\Z"
SIGNATURE: Final = r"\A[A-Za-z0-9+/]{86}==\Z"

DigestText = Annotated[str, Meta(pattern=DIGEST)]
Name = Annotated[str, Meta(pattern=NAME)]
LineName = Annotated[str, Meta(pattern=LINE)]
ArmName = Annotated[str, Meta(pattern=ARM)]
IdText = Annotated[str, Meta(pattern=DECIMAL_ID)]
KeyText = Annotated[str, Meta(pattern=KEY)]
SignatureText = Annotated[str, Meta(pattern=SIGNATURE)]
Natural = Annotated[int, Meta(ge=0, lt=INT_BOUND)]
Positive = Annotated[int, Meta(ge=1, lt=INT_BOUND)]
Thousandths = Annotated[int, Meta(ge=0, le=1000)]
Amount = Annotated[int, Meta(gt=-INT_BOUND, lt=INT_BOUND)]
