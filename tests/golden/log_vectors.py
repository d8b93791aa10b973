"""The vectors of log-v1. `python -m tests.golden.log_vectors` writes them again."""

import json
from pathlib import Path
from typing import Any

from plainview.core.history import (
    Entry,
    batch_of,
    commitment,
    encode_entry,
    encode_trust,
    fold_history,
    interval_path,
    record_salt,
    sign_trust,
    trust_id,
)
from plainview.core.terms.hashing import leaf_hash, merkle_root
from plainview.core.terms.ids import NO_DIGEST
from tests.histories import broken, digest, document, key_of, lawful, public

PATH = Path(__file__).parents[2] / "specs" / "vectors" / "log-entries-v1.json"
SECRET = bytes(range(32))


class Table:
    """Distinct entries, each once; histories name them by place."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def place(self, entry: Entry) -> int:
        """Where the entry stands; it is added if it is new."""
        text = encode_entry(entry).decode()
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text)


def _history(entries: list[Entry], table: Table) -> dict[str, Any]:
    _, found = fold_history(entries)
    return {
        "entries": [table.place(entry) for entry in entries],
        "root": merkle_root([leaf_hash(encode_entry(entry)) for entry in entries]).hex(),
        "breaches": [
            {"index": b.index, "rule": b.rule, "entries": list(b.entries), "since": b.since}
            for b in found
        ],
    }


def _refused() -> list[dict[str, str]]:
    texts = {json.loads(text)["type"]: text for text in map(_text, lawful())}

    def other(why: str, kind: str, before: str, after: str) -> dict[str, str]:
        assert texts[kind].count(before) == 1, (kind, before)
        return {"why": why, "bytes": texts[kind].replace(before, after)}

    return [
        other("another spec", "source", '"log-v1"', '"log-v2"'),
        other("an unknown type", "source", '"type":"source"', '"type":"note"'),
        other("white space", "source", '"files":311,', '"files": 311,'),
        other("a missing field", "source", '"files":311,', ""),
        other("an unknown field", "source", '"files":311,', '"files":311,"note":"x",'),
        other("a number as text", "source", '"files":311,', '"files":"311",'),
        other("an integer of 2**53", "source", '"files":311,', f'"files":{2**53},'),
        other("a number with a fraction", "source", '"files":311,', '"files":311.0,'),
        other("a digest in upper case", "source", digest("source"), digest("source").upper()),
        other("a reason that is on no list", "decision", '"spam"', '"because"'),
        other("free text for a reason", "decision", digest("reason 1"), "it was a call for help"),
        other("an address as a name", "experiment", '"twice"', '"anna@example.org"'),
        other("a name of 25 characters", "experiment", '"twice"', f'"{"a" * 25}"'),
        other("a viewer's id as a name", "experiment", '"twice"', f'"{"ab" * 16}"'),
        other("an id of 2**63", "boost", '"1003"', f'"{2**63}"'),
        other("an id with a leading zero", "boost", '"1003"', '"01003"'),
        other("a recipe without its digest", "experiment", digest("recipe bold"), NO_DIGEST),
        other("a recipe that no arm names", "experiment", '"for-you+bold"', '"popular"'),
        other("a line that begins with others", "line_weights", digest("lineage"), NO_DIGEST),
        other("shares that are not all", "experiment", "[500,500]", "[500,400]"),
        other("a batch of none with a root", "interval", '"count":3', '"count":0'),
        other("a viewer's id for a subject", "access", digest("viewer"), "ab" * 16),
        other("a comment in a witness policy", "trust", "quorum none", "# anna\\\\nquorum none"),
        {"why": "bytes after the end", "bytes": texts["source"] + "\n"},
        {"why": "not an object", "bytes": "[]"},
    ]


def _text(entry: Entry) -> str:
    return encode_entry(entry).decode()


def _commitments() -> dict[str, Any]:
    records = [f"record {i}" for i in range(5)]
    salts = [record_salt(SECRET, label="receipt", number=i) for i in range(5)]
    made = [commitment(salt, text.encode()) for salt, text in zip(salts, records, strict=True)]
    labels = (
        "receipt", "event", "upload", "reason", "subject", "request", "alias", "comment",
    )  # fmt: skip
    return {
        "secret": SECRET.hex(),
        "salts": [
            {"label": label, "number": n, "salt": record_salt(SECRET, label=label, number=n).hex()}
            for label in labels
            for n in (0, 11)
        ],
        "records": records,
        "commitments": made,
        "root": batch_of(made).root,
        "paths": [[step.hex() for step in interval_path(made, i)] for i in range(5)],
    }


def vectors() -> dict[str, Any]:
    """What the file holds."""
    table = Table()
    data = encode_trust(document())
    key, signature = sign_trust(data, private_key=key_of("root 1"))
    histories = {"lawful": _history(lawful(), table)}
    histories |= {rule: _history(entries, table) for rule, entries in broken().items()}
    return {
        "trust": {
            "document": data.decode(),
            "id": trust_id(data),
            "key": key,
            "signature": signature,
            "root_keys": [public("root 1"), public("root 2")],
        },
        "commitments": _commitments(),
        "histories": histories,
        "entries": table.texts,
        "refused": _refused(),
    }


def write() -> None:
    """Write the file."""
    text = json.dumps(vectors(), indent=1, ensure_ascii=True, sort_keys=True)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
