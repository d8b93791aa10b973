"""What can be wrong with something that says it comes from a log or a witness."""


class TlogError(ValueError):
    """Bytes of a log are not what they must be.

    TlogError
     ├── BadNote          not a signed note, or over its limits: ignore it
     ├── BadKey           not a verifier key, or none of a type we verify: fix the configuration
     ├── NotSigned        nobody known signed the note: ignore it
     ├── SignatureFails   a known key is named and did not sign: refuse the whole note
     ├── BadCheckpoint    a note whose text is no checkpoint: refuse it
     ├── BadBundle        not a bundle of that many entries: fetch again, then refuse
     ├── BadPath          not the path of a tile or bundle
     ├── BadPolicy        not a policy file; the message names the line: fix it
     ├── BadProofFile     not a tlog-proof file: refuse it
     ├── ProofRefused     a proof that does not lead to the root: refuse what it was to prove
     ├── QuorumMissing    signed by the log, but by too few witnesses: wait or refuse
     ├── TileMissing      the source has neither the tile nor the full one: not enough data
     └── TileRefused      a tile or bundle that the checkpoint's root does not bind: evidence
    """


class BadNote(TlogError):
    """Not a signed note, or over its limits."""


class BadKey(TlogError):
    """Not a verifier key, or none of a type that is verified here."""


class NotSigned(TlogError):
    """No known key signed the note."""


class SignatureFails(TlogError):
    """The note names a known key whose signature does not fit."""


class BadCheckpoint(TlogError):
    """A note whose text is no checkpoint."""


class BadBundle(TlogError):
    """Not a bundle of that many entries, or an entry too long for one."""


class BadPath(TlogError):
    """Not the path of a tile or bundle."""


class BadPolicy(TlogError):
    """Not a policy file; the message names the line."""


class BadProofFile(TlogError):
    """Not a tlog-proof file."""


class ProofRefused(TlogError):
    """The proof does not lead to the root."""


class QuorumMissing(TlogError):
    """The log signed, but too few witnesses did."""


class TileMissing(TlogError):
    """The source has neither the partial tile nor the full one."""


class TileRefused(TlogError):
    """A tile or bundle that the checkpoint's root does not bind."""
