"""The report of a check: a page for people who are no engineers, and the same as JSON."""

import json
from collections.abc import Mapping
from html import escape
from typing import Final

from plainview.audit.check.findings import (
    EVIDENCE,
    LACKING,
    MISBEHAVIOUR,
    NOT_ENOUGH,
    OK,
    WITHHELD,
    Report,
)

HEADLINES: Final = {
    OK: "Nothing was found that may not be.",
    MISBEHAVIOUR: "The service did not keep what it published.",
    NOT_ENOUGH: "There is not enough data to say.",
}
MEANINGS: Final = {
    OK: "Everything in the table below was checked and holds. What the table does not name was not "
    "checked, and nothing is said about it.",
    MISBEHAVIOUR: "At least one thing below contradicts what the service itself signed, or was "
    "promised and is not shown. Where a proof file is named, anybody can verify it with "
    "<code>plainview check --proof FILE</code>, without trusting the service or whoever made this "
    "report.",
    NOT_ENOUGH: "Nothing below shows that the service did wrong, and something that would be "
    "needed to say that it did right is missing.",
}
KINDS: Final = {
    EVIDENCE: "Proven by signatures",
    WITHHELD: "Not shown though promised",
    LACKING: "Could not be checked",
}
STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;padding:2rem;
max-width:46rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem .6rem;
text-align:left;vertical-align:top}code{font-size:.85em;overflow-wrap:anywhere}
.ok{border-left:6px solid #1b7f3b}.misbehaviour{border-left:6px solid #b3261e}
.not{border-left:6px solid #8a6d00}.verdict{padding:.75rem 1rem;background:#f6f6f6}
td.n{text-align:right;font-variant-numeric:tabular-nums}
@media print{body{padding:0;font-size:11pt}a{color:inherit}h2,tr,li{break-inside:avoid}}
"""


def report_json(report: Report, *, proofs: Mapping[int, str], made_at: str, seed: int) -> bytes:
    """The report for programs. `proofs`: the name of each finding's proof file, by its place."""
    fields = {
        "spec": "check-report-v1",
        "made_at": made_at,
        "seed": str(seed),
        "source": report.source,
        "verdict": report.verdict,
        "edition": report.edition,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "newest_ms": report.newest_ms,
        "trust": report.trust,
        "waits": report.waits,
        "is_trust_pinned": report.is_trust_pinned,
        "counts": report.counts,
        "sections": [
            {"title": one.title, "words": one.words, "is_complete": one.is_complete}
            for one in report.sections
        ],
        "findings": [
            {
                "kind": one.kind,
                "rule": one.rule,
                "words": one.words,
                "proof": proofs.get(place, ""),
            }
            for place, one in enumerate(report.findings)
        ],
    }
    return json.dumps(fields, indent=1).encode() + b"\n"


def report_html(report: Report, *, proofs: Mapping[int, str], made_at: str, seed: int) -> str:
    """The report for people: one file that needs nothing else, and prints on paper."""
    kind = {OK: "ok", MISBEHAVIOUR: "misbehaviour", NOT_ENOUGH: "not"}[report.verdict]
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        f"<title>Check of {escape(report.edition or report.source)}</title>",
        f"<style>{STYLE}</style></head><body>",
        f"<h1>Check of {escape(report.edition or report.source)}</h1>",
        f"<p>Made {escape(made_at)} from <code>{escape(report.source)}</code>.</p>",
        f"<div class='verdict {kind}'><strong>{HEADLINES[report.verdict]}</strong><br>",
        f"{_meaning(report)}</div>",
        *_findings(report, proofs),
        "<h2>What was checked</h2><table>",
        *(
            f"<tr><th>{escape(one.title)}</th><td>{escape(one.words)}</td></tr>"
            for one in report.sections
        ),
        "</table>",
        *_counts(report),
        *_keys(report, seed),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _meaning(report: Report) -> str:
    if not report.waits:
        return MEANINGS[report.verdict]
    is_all = report.verdict == NOT_ENOUGH and not report.findings
    return escape(report.waits) + ("" if is_all else f"<br>{MEANINGS[report.verdict]}")


def _findings(report: Report, proofs: Mapping[int, str]) -> list[str]:
    parts = []
    for kind, title in KINDS.items():
        found = [(i, one) for i, one in enumerate(report.findings) if one.kind == kind]
        if not found:
            continue
        parts.append(f"<h2>{title}</h2><ol>")
        for place, one in found:
            proof = proofs.get(place)
            file = f" Proof: <code>{escape(proof)}</code>." if proof else ""
            parts.append(
                f"<li>{escape(one.words)}{file} <small>(rule <code>{escape(one.rule)}</code>)"
                "</small></li>"
            )
        parts.append("</ol>")
    return parts


def _counts(report: Report) -> list[str]:
    if not report.counts:
        return []
    rows = (
        f"<tr><td>{escape(name)}</td><td class=n>{count:,}</td></tr>"
        for name, count in report.counts.items()
    )
    return ["<h2>In numbers</h2><table>", *rows, "</table>"]


def _keys(report: Report, seed: int) -> list[str]:
    if not report.trust:
        return []
    pinned = (
        "It is the one that this checker was told, or saw before."
        if report.is_trust_pinned
        else "<strong>Compare it with one you got elsewhere</strong>: whoever could put another "
        "service in place of this one could have put another root of trust here too."
    )
    log = (
        f"<p>The log <code>{escape(report.origin)}</code> had {report.size:,} entries and the root "
        f"<code>{escape(report.root)}</code>. Samples were drawn with seed <code>{seed}</code>; "
        "with it and the same files this report can be made again.</p>"
    )
    limits = (
        "<p>A check shows that what was served follows from what was published. It does not show "
        "that the published rules are good ones, nor that viewers who are counted exist. What each "
        "input proves and leaves open is in the service's threat model.</p>"
    )
    return [
        "<h2>What it rests on</h2>",
        f"<p>The root of trust has the fingerprint <code>{escape(report.trust)}</code>. {pinned}",
        log,
        limits,
    ]
