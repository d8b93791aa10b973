"""Each lie is caught under its rule, and a third party agrees from the proof file alone."""

import json
from functools import cache

import pytest

from plainview.audit.check.findings import EVIDENCE, WITHHELD, Report
from plainview.audit.check.judge import JUDGES, judge_proof
from plainview.audit.check.proof_files import BadProof
from tests.unit.audit.check.lies import EVIDENT, UNPROVEN


@cache
def report_of(name: str) -> Report:
    """What the checker says of a lie."""
    lie, _ = (EVIDENT | UNPROVEN)[name]
    return lie().check()


@pytest.mark.parametrize("name", EVIDENT)
def test_a_lie_is_caught_and_proven(name: str) -> None:
    """The check names the rule, ends in misbehaviour, and its proof file convinces by itself."""
    report, rule = report_of(name), EVIDENT[name][1]
    assert report.verdict == "misbehaviour", report.findings
    found = [finding for finding in report.findings if finding.rule == rule]
    assert found, report.findings
    assert found[0].kind == EVIDENCE
    judged = judge_proof(found[0].proof)
    assert (judged.rule, judged.edition, judged.trust) == (rule, "pocket", report.trust)
    assert judged.words


@pytest.mark.parametrize("name", EVIDENT)
def test_every_proof_of_a_report_holds(name: str) -> None:
    """No accusation is made whose proof a third party would refuse."""
    for finding in report_of(name).findings:
        assert bool(finding.proof) == (finding.kind == EVIDENCE)
        if finding.proof:
            judge_proof(finding.proof)


@pytest.mark.parametrize("name", UNPROVEN)
def test_what_cannot_be_proven_fails_the_check_all_the_same(name: str) -> None:
    """The check names the rule and ends in misbehaviour; it does not pretend to have proof."""
    report, rule = report_of(name), UNPROVEN[name][1]
    assert report.verdict == "misbehaviour", report.findings
    found = {(f.kind, f.proof) for f in report.findings if f.rule == rule}
    assert found == {(WITHHELD, b"")}


def _proofs() -> dict[str, bytes]:
    """A proof file of each kind."""
    found: dict[str, bytes] = {}
    for name in EVIDENT:
        for finding in report_of(name).findings:
            if finding.proof:
                found.setdefault(json.loads(finding.proof)["kind"], finding.proof)
    return found


def convinces(fields: dict[str, object]) -> bool:
    """Whether a third party believes a file of these fields."""
    try:
        judge_proof(json.dumps(fields).encode())
    except BadProof:
        return False
    return True


def test_a_changed_proof_file_convinces_nobody() -> None:
    """Of every kind there is a proof, and none holds with anything in it changed or left out."""
    proofs = _proofs()
    assert set(proofs) == set(JUDGES)
    believed = []
    for kind, data in proofs.items():
        fields = json.loads(data)
        assert convinces(fields)
        for name, value in fields.items():
            if name in {"words", "rule"}:
                continue
            changed = [{**fields, name: other} for other in _changes(value)]
            if name != "spec":
                changed.append({key: item for key, item in fields.items() if key != name})
            believed += [(kind, name) for other in changed if convinces(other)]
    assert believed == []


def _changes(value: object) -> list[object]:
    """Small changes of a field: a character in the middle, an item less."""
    if isinstance(value, str) and value:
        at = len(value) // 2
        other = "A" if value[at] != "A" else "B"
        return [value[:at] + other + value[at + 1 :]]
    if isinstance(value, list) and value:
        return (
            [value[:-1], [*_changes(value[0]), *value[1:]]] if _changes(value[0]) else [value[:-1]]
        )
    return []
