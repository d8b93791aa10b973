"""A pocket edition written into a data folder, as the service would have left it there."""

import json
from pathlib import Path

from plainview.core.receipts import hour_commitment, parse_receipt, receipt_id
from plainview.core.terms.ids import ViewerId
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.keys import make_key
from plainview.edge.sqlite.database import open_to_write
from plainview.sim.pocket import Pocket


def write_folder(pocket: Pocket, root: Path) -> DataFolder:
    """Every receipt, event, epoch, key and file of `pocket`."""
    folder = DataFolder(root)
    folder.prepare()
    make_key(folder.keys, pocket._private_key)
    objects, files = LocalObjects(folder.objects), LocalEpochFiles(folder.epochs)
    for data in (pocket.weights_bytes, *pocket.policies_bytes.values()):
        objects.put(data)
    db = open_to_write(folder.database)
    db.execute("BEGIN")
    numbers: dict[ViewerId, int] = {}
    served_n: dict[str, int] = {}
    for no, (viewer, chain) in enumerate(pocket.chains.items(), 1):
        numbers[viewer] = no
        state = pocket.state(viewer)
        db.execute(
            "INSERT INTO viewers (no, id, created_ms, n, head, number, receipt)"
            " VALUES (?, ?, 0, ?, ?, ?, ?)",
            (no, viewer, state.n, bytes.fromhex(state.head), state.number, state.receipt),
        )
        for n, body in enumerate(chain, 1):
            event = json.loads(body)
            if event["kind"] == "served":
                served_n[event["receipt"]] = n
            db.execute(
                "INSERT INTO events (viewer, n, key, body) VALUES (?, ?, ?, ?)",
                (no, n, event["key"] or None, body),
            )
    for slate in pocket.slates:
        receipt = parse_receipt(slate.receipt)
        name = receipt_id(slate.receipt)
        db.execute(
            "INSERT INTO receipts (viewer, number, id, nonce, body, signature, served_n, issued_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                numbers[slate.viewer], slate.number, name, receipt.nonce, slate.receipt,
                slate.signature, served_n[name], receipt.now_ms,
            ),
        )  # fmt: skip
        key = pocket.hour_key(receipt.hour)
        db.execute(
            "INSERT OR IGNORE INTO hour_keys (hour, key, commitment, committed_ms)"
            " VALUES (?, ?, ?, 0)",
            (receipt.hour, key, hour_commitment(receipt.hour, key)),
        )
    for number, epoch in pocket.epochs.items():
        file = f"{number}.rows"
        files.keep(file, epoch.rows)
        hashes = [i.to_bytes(4, "little") + leaf for i, leaf in enumerate(epoch.leaves[1:])]
        files.keep(f"{file}.leaves", b"".join((epoch.leaves[0], *hashes)))
        db.execute(
            "INSERT INTO epochs (number, root, header, file, starts_from, rows, seq, changed,"
            " frozen_ms, served_ms) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
            (
                number, epoch.root, epoch.header, file, number, len(epoch.rows) // 168,
                epoch.frozen_ms, epoch.frozen_ms,
            ),
        )  # fmt: skip
    db.execute("COMMIT")
    db.close()
    return folder
