"""Fair words: what a folder lacks, what is pending, and how the root of trust changed."""

from base64 import b64encode
from pathlib import Path

import msgspec
import pytest

from plainview.app.check_command import CannotCheck, source_of
from plainview.app.cli import main
from plainview.audit.check.check import Seen, Wanted, check
from plainview.audit.check.findings import LACKING, Report
from plainview.audit.check.report_pages import report_html
from plainview.audit.check.source import Gone, is_copy
from plainview.core.history import origin_of
from plainview.core.receipts import public_key_of
from plainview.core.tlog import log_key, parse_policy
from plainview.sim.pocket import EDITION
from tests.honest_world import HonestWorld, key_of

WANTED = Wanted(seed=7)
ASK = "This folder lacks it: ask the service itself."


class Mirror:
    """A folder with copies of a world's files, but for those whose path begins with `without`."""

    is_copy = True

    def __init__(self, world: HonestWorld, without: str) -> None:
        self._world, self._without = world, without

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        if path.startswith((self._without, "api/")):
            return None
        return self._world.read(path, bytes_max=bytes_max)


def words_of(report: Report, title: str) -> str:
    """What a row says."""
    return " ".join(one.words for one in report.sections if one.title == title)


def looked(world: HonestWorld, seen: Seen | None = None, wanted: Wanted = WANTED) -> Report:
    """A check of the log alone."""
    return check(world, name="here", wanted=wanted, seen=seen)[0]


@pytest.mark.parametrize("without", ["tlog/epochs/", "tlog/objects/", "tlog/videos/"])
def test_what_a_folder_lacks_accuses_nobody(without: str) -> None:
    """The same gap is misbehaviour at an address and not enough data in a folder."""
    world = HonestWorld(videos=40).live(slates=6).pass_time(1)
    held = world.receipts_file()
    report, _ = check(Mirror(world, without), name="here", wanted=WANTED, receipts=held)
    assert (report.verdict, report.exit_status) == ("not enough data", 3), report.findings
    assert report.findings
    assert all(one.kind == LACKING for one in report.findings)
    assert any(ASK in one.words for one in report.findings)
    assert not report.counts["epochs withheld"]

    class Address(Mirror):
        is_copy = False

    asked, _ = check(Address(world, without), name="here", wanted=WANTED, receipts=held)
    assert asked.exit_status == 1


@pytest.mark.parametrize("without", ["tlog/checkpoint", "tlog/tile/"])
def test_a_folder_without_the_log_is_told_whom_to_ask(without: str) -> None:
    """Not enough data, and who has it."""
    report, _ = check(Mirror(HonestWorld(videos=40), without), name="here", wanted=WANTED)
    assert report.exit_status == 3
    assert report.findings[0].words.endswith(ASK)


def test_a_folder_cannot_say_where_a_receipt_stands() -> None:
    """A receipt without its place is no accusation from a folder."""
    world = HonestWorld(videos=40).live(slates=4).pass_time(1)
    made = world.receipts_file()
    viewers = tuple(
        msgspec.structs.replace(
            viewer,
            receipts=tuple(msgspec.structs.replace(r, proof=None) for r in viewer.receipts),
        )
        for viewer in made.viewers
    )
    bare = msgspec.structs.replace(made, viewers=viewers)
    report, _ = check(Mirror(world, "nothing"), name="x", wanted=WANTED, receipts=bare)
    assert report.exit_status == 3
    assert report.counts["receipts withheld"] == 0
    assert report.counts["receipts whose place the folder lacks"] == 4


def test_any_pending_draw_is_not_enough_data() -> None:
    """Six of ten pending end as four of four do, and the box says until when."""
    world = HonestWorld(videos=40).live(slates=4).pass_time(1).live(slates=6)
    report, _ = check(world, name="x", wanted=WANTED, receipts=world.receipts_file())
    assert report.counts["slates replayed the same"] == 4
    assert report.exit_status == 3
    page = report_html(report, proofs={}, made_at="now", seed=7)
    box = page[page.index("class='verdict") : page.index("<table>")]
    assert "6 of 10 slates cannot be fully worked out before " in box
    assert " UTC, when the keys of their hours are out. All else holds. Check again then." in box


def test_a_change_of_the_root_of_trust_is_said() -> None:
    """A witness dropped, another quorum, another receipts key: each in words, with entries."""
    world = HonestWorld(videos=40, quorum="enough").live(slates=2)
    world.notes[0] = world.checkpoint(cosigners=["library", "press"])
    _, seen = check(world, name="x", wanted=WANTED)
    assert "Version 1 (entry 0)" in words_of(looked(world), "Root of trust")
    assert "as when last seen" in words_of(looked(world, seen), "Root of trust")
    policy = world.documents[0].policy
    kept = [line for line in policy.split("\n") if not line.startswith("witness court")]
    fewer = "\n".join(kept).replace("group enough 2", "group enough 1").replace(" court", "")
    world.now_ms += 1000
    key = b64encode(public_key_of(key_of("new receipts"))).decode()
    at = len(world.entries)
    world.sign_trust(2, policy=fewer, receipt_keys=(key,))
    world.notes[0] = world.checkpoint(cosigners=["library"])
    words = words_of(looked(world, seen), "Root of trust")
    assert f"from version 1 (entry 0) to version 2 (entry {at})" in words
    assert "witnesses removed: court" in words
    assert "2 of court, library, press" in words
    assert "-> 1 of library, press" in words
    assert f"receipt keys added: {key}" in words


def test_the_witnesses_row_names_who_and_who_chose() -> None:
    """Names, the number required, and that the service chose them, unless a policy was given."""
    world = HonestWorld(videos=40, quorum="enough").live(slates=2)
    world.notes[0] = world.checkpoint(cosigners=["library", "press"])
    words = words_of(looked(world), "Witnesses")
    assert "library, press" in words
    assert "2 of court, library, press" in words
    assert "chosen by the service itself" in words
    own = Wanted(seed=1, policy=parse_policy(world.documents[0].policy.encode()))
    assert "chosen by the service" not in words_of(looked(world, wanted=own), "Witnesses")


def test_a_policy_that_names_no_log_or_a_former_key_is_told_so() -> None:
    """The first is named, the second gets the line with the new key."""
    world = HonestWorld(videos=40).live(slates=2)
    none = Wanted(seed=1, policy=parse_policy(b"quorum none\n"))
    assert "your policy file names no log" in looked(world, wanted=none).findings[0].words
    old = log_key(origin_of(EDITION), key_of("old log")).vkey()
    new = world.documents[0].log_keys[0]
    world = HonestWorld(videos=40)
    both = tuple(sorted((old, new)))
    lines = "".join(f"log {key}\n" for key in both) + "quorum none\n"
    world.now_ms += 1000
    world.sign_trust(2, log_keys=both, policy=lines)
    at = len(world.entries)
    world.now_ms += 1000
    world.sign_trust(3)
    world.freeze()
    former = Wanted(seed=1, policy=parse_policy(f"log {old}\nquorum none\n".encode()))
    words = " ".join(one.words for one in looked(world, wanted=former).findings)
    assert f"log {new}" in words
    assert f"version 3 (entry {at})" in words


def test_the_wrong_service_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A fingerprint that is none is wrong usage; another one is another service."""
    with pytest.raises(SystemExit) as ended:
        main(["check", "https://video.example", "--trust", "abc"])
    assert ended.value.code == 2
    assert "fingerprint" in capsys.readouterr().err
    report = looked(HonestWorld(videos=40), wanted=Wanted(seed=1, trust="0" * 64))
    assert any("This is not the service you named." in one.words for one in report.findings)


def test_a_head_of_the_receipts_file_is_called_that() -> None:
    """It was not kept by a viewer as far as anybody knows."""
    world = HonestWorld(videos=40).live(slates=2).pass_time(1)
    held = world.receipts_file(checkpoints=[world.checkpoint(4).decode()])
    report, _ = check(world, name="x", wanted=WANTED, receipts=held)
    assert words_of(report, "A head kept with the receipts file")


def test_of_two_heads_each_sentence_says_which_it_is_about() -> None:
    """The checker's own fits, one of the receipts file does not: no sentence denies another."""
    world = HonestWorld(videos=40).live(slates=2).pass_time(1)
    other = HonestWorld(videos=40).live(slates=2).pass_time(2)
    size = len(other.entries)
    del other.entries[-2]
    _, seen = check(world, name="x", wanted=WANTED)
    world.pass_time(2)
    held = world.receipts_file(checkpoints=[other.checkpoint(size - 1).decode()])
    report, _ = check(world, name="x", wanted=WANTED, seen=seen, receipts=held)
    assert "under the head remembered by this checker, unchanged" in words_of(report, "Seen before")
    said = [one.words for one in report.findings if one.rule == "rewrite"]
    kept = f"A head kept with the receipts file signs {size - 1} entries"
    assert said == [f"{kept}; the log has others in their place."]
    assert words_of(report, "A head kept with the receipts file") == said[0]


def test_the_tlog_folder_itself_is_no_source(tmp_path: Path) -> None:
    """Its parent is named."""
    folder = tmp_path / "tlog"
    folder.mkdir()
    (folder / "checkpoint").write_bytes(b"x")
    with pytest.raises(CannotCheck, match=f"name its parent, {tmp_path}"):
        source_of(str(folder))


def test_only_a_folder_is_somebodys_copy(tmp_path: Path) -> None:
    """What an address does not show, the service does not show."""
    assert is_copy(source_of(str(tmp_path)))
    assert not is_copy(source_of("https://video.example"))
    assert not is_copy(source_of("http://video.example"))
