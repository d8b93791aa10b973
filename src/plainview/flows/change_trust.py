"""Change the root of trust: other keys or witnesses, signed by the root key, the next version."""

from collections.abc import Sequence

import msgspec

from plainview.core.history import check_trust, encode_trust, parse_trust
from plainview.core.tlog import Policy, PolicyLog, encode_policy, parse_policy, parse_vkey
from plainview.ports.commands import Refused, Writer
from plainview.ports.objects import Objects
from plainview.ports.tlog import LogReads, RecordTrust, RootSigner, TrustRecord


def change_trust(
    *,
    reads: LogReads,
    writer: Writer,
    objects: Objects,
    root: RootSigner,
    at_ms: int,
    receipt_keys: Sequence[str] | None = None,
    log_keys: Sequence[str] | None = None,
    witnesses: bytes | None = None,
) -> TrustRecord:
    """Log the next version of the root of trust; what is not given stays.

    Args:
        receipt_keys: raw Ed25519 keys in base64 under which receipts are good from now on, those
            of receipts that are out among them.
        log_keys: vkeys of the log, under its name.
        witnesses: a tlog-policy file. Its witnesses, groups and quorum count; its log lines may
            name this log or be left out.
    Raises: BadPolicy, BadTrust: what is given makes no root of trust, or the root key may not sign
        it. Refused: `no_log`; `trust_taken`: another changed it meanwhile. WriterGone.
    """
    stored = reads.trust()
    if stored is None:
        raise Refused("no_log", "The log has not begun: start the service once.")
    before = parse_trust(stored.document)
    keys = tuple(sorted(log_keys if log_keys is not None else before.log_keys))
    asked = parse_policy(witnesses) if witnesses is not None else before.witnesses
    policy = Policy(
        logs=tuple(PolicyLog(parse_vkey(key)) for key in keys),
        witnesses=asked.witnesses,
        groups=asked.groups,
        quorum=asked.quorum,
    )
    document = encode_trust(
        msgspec.structs.replace(
            before,
            version=before.version + 1,
            receipt_keys=tuple(sorted(receipt_keys or before.receipt_keys)),
            log_keys=keys,
            policy=encode_policy(policy).decode(),
            at_ms=at_ms,
        )
    )
    signatures = (root.sign_trust(document),)
    check_trust(document, signatures, before=before)
    objects.put(document)
    trust = TrustRecord(version=before.version + 1, document=document, signatures=signatures)
    writer.submit(RecordTrust(trust=trust, at_ms=at_ms))
    return trust
