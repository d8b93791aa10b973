"""Begin the log: the first root of trust and the source tree, before anything else is stated."""

from base64 import b64encode
from collections.abc import Callable, Mapping

import msgspec

from plainview.core.history import (
    TrustDocument,
    check_trust,
    encode_trust,
    log_name,
    origin_of,
    parse_trust,
)
from plainview.core.terms.ids import Digest
from plainview.core.tlog import (
    ED25519,
    Policy,
    PolicyLog,
    VerifierKey,
    encode_policy,
)
from plainview.flows.intake import PROMISE_MS
from plainview.flows.read_epoch import STALE_MS
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.keys import Signer
from plainview.ports.objects import Objects
from plainview.ports.tlog import (
    BeginLog,
    LogReads,
    LogSigner,
    RecordSource,
    RootSigner,
    StoredTrust,
    TrustRecord,
)

RETENTION_DAYS = 90


class SourceTree(msgspec.Struct, frozen=True):
    """The program's own files, by the SHA-256 of each, and the listing whose SHA-256 is the
    release that receipts name."""

    listing: bytes
    files: Mapping[Digest, bytes]


def keep_source(tree: SourceTree, *, objects: Objects) -> None:
    """Store every file that the listing names, so that it can be had by hash. Safe to repeat."""
    for data in tree.files.values():
        objects.put(data)


def first_trust(
    edition: str, *, receipts: Signer, log: LogSigner, root: RootSigner, at_ms: int
) -> TrustRecord:
    """Version 1: the keys that the edition was made with, one root key, no witness yet."""
    origin = origin_of(log_name(edition))
    key = VerifierKey(origin, ED25519, log.public_key())
    policy = Policy(logs=(PolicyLog(key),), witnesses=(), groups=(), quorum="none")
    document = encode_trust(
        TrustDocument(
            edition=log_name(edition),
            version=1,
            receipt_keys=(b64encode(receipts.public_key()).decode(),),
            log_keys=(key.vkey(),),
            policy=encode_policy(policy).decode(),
            root_keys=(b64encode(root.public_key()).decode(),),
            threshold=1,
            retention_days=RETENTION_DAYS,
            grace_ms=STALE_MS,
            promise_ms=PROMISE_MS,
            at_ms=at_ms,
        )
    )
    return TrustRecord(version=1, document=document, signatures=(root.sign_trust(document),))


def begin_log(
    edition: str,
    tree: SourceTree,
    *,
    reads: LogReads,
    writer: Writer,
    objects: Objects,
    receipts: Signer,
    log: LogSigner,
    root: Callable[[], RootSigner],
    clock: Clock,
) -> None:
    """See that the log has begun and states the source tree that runs. Safe at every start.

    The listing is stored first; its files follow by `keep_source`, which need not be waited for.

    Args: root: gives the root key, which is needed at the first start alone.
    Raises: BadTrust: the keys do not make a root of trust. WriterGone.
    """
    release = objects.put(tree.listing)
    now_ms = clock.now_ms()
    if reads.trust() is None:
        trust = first_trust(edition, receipts=receipts, log=log, root=root(), at_ms=now_ms)
        check_trust(trust.document, trust.signatures, before=None)
        objects.put(trust.document)
        writer.submit(BeginLog(trust=trust, source=release, files=len(tree.files), at_ms=now_ms))
    writer.submit(RecordSource(digest=release, files=len(tree.files), at_ms=now_ms))


def trust_in_force(reads: LogReads) -> tuple[StoredTrust, TrustDocument] | None:
    """The newest root of trust, stored and read; None before the log has begun."""
    stored = reads.trust()
    return None if stored is None else (stored, parse_trust(stored.document))
