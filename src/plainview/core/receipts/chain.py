"""Each receipt names the one before it, so that none can be dropped or replaced unseen."""

from collections.abc import Iterable

from plainview.core.receipts.receipt import Receipt, ReceiptError, parse_receipt, receipt_id
from plainview.core.terms.ids import NO_DIGEST, Digest


class BrokenChain(ReceiptError):
    """A receipt does not follow from the one before it: refuse it, keep both as evidence."""


def check_follows(receipt: Receipt, *, previous_number: int, previous: Digest) -> None:
    """Return if `receipt` may come straight after number `previous_number`, of id `previous`.

    Before the first receipt, `previous_number` is 0 and `previous` is NO_DIGEST.

    Raises: BrokenChain: a number was skipped or repeated, or another receipt is named.
    """
    if receipt.number != previous_number + 1:
        raise BrokenChain(f"receipt number {receipt.number} came after {previous_number}")
    if receipt.previous != previous:
        raise BrokenChain(
            f"receipt {receipt.number} names {receipt.previous[:12]}… as the one before it, "
            f"which is {previous[:12]}…"
        )


def check_chain(receipts: Iterable[bytes]) -> Digest:
    """The id of the last of one viewer's receipts 1, 2, 3, …, once each is seen to follow.

    Args: receipts: exact bytes in order of number, from the first.
    Raises: BadReceipt: bytes that are no receipt. BrokenChain: a gap, a swap or another viewer.

    >>> check_chain([]) == NO_DIGEST
    True
    """
    last, number, viewer = NO_DIGEST, 0, None
    for data in receipts:
        receipt = parse_receipt(data)
        if viewer is not None and receipt.viewer != viewer:
            raise BrokenChain(f"receipt {receipt.number} is another viewer's")
        check_follows(receipt, previous_number=number, previous=last)
        last, number, viewer = receipt_id(data), receipt.number, receipt.viewer
    return last
