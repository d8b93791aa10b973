"""Hand over a viewer's receipts: what was signed, their events, and their places in the log."""

from collections.abc import Iterable

from plainview.audit.check.receipts_file import HeldReceipt, ViewerFile
from plainview.core.receipts import receipt_id
from plainview.core.terms.ids import ViewerId
from plainview.flows.prove_receipt import NotLogged, PublishedLog
from plainview.ports.view import ViewReads


def hand_over_receipts(
    viewer: ViewerId,
    signed: Iterable[tuple[bytes, bytes]],
    *,
    views: ViewReads,
    log: PublishedLog,
) -> ViewerFile:
    """One viewer's part of a file of receipts (`specs/receipts-file.md`).

    Args:
        signed: (receipt, signature) in order of number, as whoever hands them over has them. The
            chain is read after them, so that it reaches as far as the last one folds.
        log: where their places come from. One that is in no published interval has none.
    """
    held = tuple(_held(receipt, signature, log=log) for receipt, signature in signed)
    found = views.chain_after(viewer, 0)
    return ViewerFile(viewer=viewer, receipts=held, events=tuple(found[1]) if found else ())


def _held(receipt: bytes, signature: bytes, *, log: PublishedLog) -> HeldReceipt:
    try:
        proof = log.place(receipt_id(receipt))
    except NotLogged:
        proof = None
    return HeldReceipt(receipt=receipt, signature=signature, proof=proof)
