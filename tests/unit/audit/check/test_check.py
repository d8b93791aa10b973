"""A service that keeps the rules is found to keep them."""

from plainview.audit.check.check import Wanted, check
from tests.honest_world import HonestWorld

SEED = Wanted(seed=7)


def test_an_honest_service_is_found_honest() -> None:
    """Everything is checked, every receipt is in the log and comes out the same when replayed."""
    world = HonestWorld().live(slates=12).pass_time(2)
    report, seen = check(world, name="here", wanted=SEED, receipts=world.receipts_file())
    assert report.findings == ()
    assert report.verdict == "ok"
    assert report.counts["receipts found in the log"] == 12
    assert report.counts["slates replayed the same"] == 12
    assert seen is not None
