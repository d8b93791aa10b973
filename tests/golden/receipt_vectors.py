"""The vectors of receipt-v1. `python -m tests.golden.receipt_vectors` writes them again."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from plainview.core.receipts import (
    Receipt,
    ShownVideo,
    encode_receipt,
    hour_commitment,
    public_key_of,
    receipt_id,
    sign,
    slate_seed,
)
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context

PATH = Path(__file__).parents[2] / "specs" / "vectors" / "receipt-v1.json"
PRIVATE_KEY = sha256(b"receipt-v1 vectors, a key that signs nothing else").digest()
VIEWER = ViewerId("00112233445566778899aabbccddeeff")


def _digest(name: str) -> Digest:
    return Digest(sha256(name.encode()).hexdigest())


def _receipt(number: int, previous: Digest, slate: tuple[ShownVideo, ...]) -> Receipt:
    now_ms = 1_790_000_000_000 + number * 1_000
    return Receipt(
        edition="vectors",
        release=_digest("release"),
        viewer=VIEWER,
        number=number,
        nonce=f"{number:032x}",
        policy="for-you",
        policy_digest=_digest("policy"),
        chosen_by="default" if number == 1 else "viewer",
        weights=_digest("weights"),
        epoch=40 + number,
        epoch_root=_digest(f"epoch {number}"),
        now_ms=now_ms,
        context=Context(size=8, language="pt" if number > 1 else "", tz_min=-180),
        events_n=7 * (number - 1),
        events_head=_digest(f"head {number}"),
        hour=now_ms // 3_600_000,
        hour_commitment=hour_commitment(now_ms // 3_600_000, bytes(range(32))),
        candidates=_digest(f"candidates {number}"),
        values=_digest(f"values {number}"),
        features=_digest(f"features {number}"),
        slate=slate,
        caught_up=0 if slate else 1,
        previous=previous,
    )


def _shown(video: int, slot: str, source: str, propensity: int, value: int) -> ShownVideo:
    return ShownVideo(
        video=VideoId(video), slot=slot, source=source, propensity=propensity, value=value
    )


def chain() -> list[bytes]:
    """Three receipts of one viewer: a full slate, the largest numbers, an empty one."""
    made: list[bytes] = []
    for slate in (
        (_shown(1, "ranked", "near", 1 << 40, 91_234), _shown(17, "explore", "fresh", 1 << 33, 0)),
        (_shown(2**63 - 1, "repeat", "near", 0, 2**53 - 1), _shown(9, "ranked", "x", 1, 1 - 2**53)),
        (),
    ):
        previous = receipt_id(made[-1]) if made else NO_DIGEST
        made.append(encode_receipt(_receipt(len(made) + 1, previous, slate)))
    return made


def _refused(good: bytes) -> list[dict[str, str]]:
    text = good.decode()

    def other(why: str, before: str, after: str) -> dict[str, str]:
        assert text.count(before) == 1, before
        return {"why": why, "bytes": text.replace(before, after)}

    return [
        other("another spec", '"receipt-v1"', '"receipt-v2"'),
        other("white space", '"number":1,', '"number": 1,'),
        other("a number as text", '"number":1,', '"number":"1",'),
        other("a number with a fraction", '"number":1,', '"number":1.0,'),
        other("number below 1", '"number":1,', '"number":0,'),
        other("an unknown field", '"arm":"",', '"arm":"","boost":0,'),
        other("a missing field", '"arm":"",', ""),
        other("an id with a leading zero", '"video":"17"', '"video":"017"'),
        other("an id as a number", '"video":"17"', '"video":17'),
        other("an id of 2**63", '"video":"17"', f'"video":"{2**63}"'),
        other("an unknown slot", '"explore"', '"bought"'),
        other("odds above certainty", str(1 << 40), str((1 << 40) + 1)),
        other("an integer of 2**53", "91234", str(2**53)),
        other("text that is not ASCII", '"edition":"vectors"', '"edition":"véctors"'),
        other("an escape that is not needed", '"edition":"v', '"edition":"\\u0076'),
        other("upper-case hex", VIEWER, VIEWER.upper()),
        other("a size of 21", '"size":8', '"size":21'),
        other("a state that no release has", '"unlogged"', '"witnessed"'),
        {"why": "bytes after the end", "bytes": text + "\n"},
        {"why": "not an object", "bytes": "[]"},
    ]


def vectors() -> dict[str, Any]:
    """What the file holds."""
    key = bytes(range(32))
    receipts = chain()
    return {
        "public_key": base64.b64encode(public_key_of(PRIVATE_KEY)).decode(),
        "chain": [
            {
                "receipt": data.decode(),
                "id": receipt_id(data),
                "signature": base64.b64encode(sign(data, private_key=PRIVATE_KEY)).decode(),
            }
            for data in receipts
        ],
        "refused": _refused(receipts[0]),
        "seeds": [
            {
                "hour_key": key.hex(),
                "viewer": VIEWER,
                "number": number,
                "nonce": f"{number:032x}",
                "previous": previous,
                "seed": slate_seed(
                    key, viewer=VIEWER, number=number, nonce=f"{number:032x}", previous=previous
                ).hex(),
            }
            for number, previous in ((1, NO_DIGEST), (2, receipt_id(receipts[0])))
        ],
        "hours": [
            {"hour": hour, "key": key.hex(), "commitment": hour_commitment(hour, key)}
            for hour in (0, 497_222)
        ],
    }


def write() -> None:
    """Write the file."""
    PATH.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(vectors(), indent=1, ensure_ascii=True, sort_keys=True)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
