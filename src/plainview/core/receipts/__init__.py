"""The bytes a viewer keeps: build, read, sign, verify and chain them. `specs/receipt-v1.md`."""

from plainview.core.receipts.answer import build_receipt, next_request, request_of, seed_of
from plainview.core.receipts.arms import (
    BadArm,
    arm_index,
    arm_text,
    salt_commitment,
    split_arm,
)
from plainview.core.receipts.chain import BrokenChain, check_chain, check_follows
from plainview.core.receipts.receipt import (
    LOGGED,
    UNLOGGED,
    BadReceipt,
    Receipt,
    ReceiptError,
    ShownVideo,
    encode_receipt,
    parse_receipt,
    receipt_id,
)
from plainview.core.receipts.seed import BadSeedInput, hour_commitment, hour_of, slate_seed
from plainview.core.receipts.sign import (
    RECEIPT_DOMAIN,
    UPLOAD_DOMAIN,
    BadKey,
    BadSignature,
    public_key_of,
    sign,
    verify,
)

__all__ = [
    "Receipt",
    "UNLOGGED",
    "LOGGED",
    "ShownVideo",
    "build_receipt",
    "encode_receipt",
    "parse_receipt",
    "receipt_id",
    "next_request",
    "request_of",
    "seed_of",
    "slate_seed",
    "hour_commitment",
    "hour_of",
    "sign",
    "verify",
    "public_key_of",
    "RECEIPT_DOMAIN",
    "UPLOAD_DOMAIN",
    "check_follows",
    "check_chain",
    "salt_commitment",
    "arm_index",
    "arm_text",
    "split_arm",
    "BadArm",
    "ReceiptError",
    "BadReceipt",
    "BadSeedInput",
    "BadKey",
    "BadSignature",
    "BrokenChain",
]
