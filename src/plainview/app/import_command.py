"""`plainview import DIR`: a folder of videos through the same door as an upload."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from plainview.app.processes.child import LIFELINE
from plainview.app.settings import Settings
from plainview.app.wire import Wired
from plainview.core.media.refusals import Refusal
from plainview.core.terms.ids import ViewerId
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from plainview.flows.become_creator import local_creator
from plainview.flows.import_folder import find_videos, import_file, is_finished
from plainview.flows.intake import Intake
from plainview.ports.commands import Refused
from plainview.ports.intake import NoRoom, UploadRecord

POLL_S = 0.2
START_S = 60.0


class Imported(msgspec.Struct, kw_only=True):
    """A file and what became of it."""

    path: Path
    task: TaskID
    record: UploadRecord | None = None
    refusal: str = ""


def import_folder(folder: Path, *, settings: Settings, handle: str, name: str) -> int:
    """Run the command; the exit status."""
    console = Console()
    if not folder.is_dir():
        console.print(f"There is no folder {folder}.")
        return 2
    videos, others = find_videos(folder)
    if not videos:
        console.print(f"There is no video in {folder}.")
        return 2
    with _service(settings) as wired:
        intake = wired.intake()
        try:
            viewer = local_creator(handle=handle, name=name, bio="", avatar=None, intake=intake)
        except Refused as error:
            console.print(f"{error.message} Choose another with --creator.")
            return 1
        imported = _import(videos, viewer=viewer, intake=intake, console=console, root=folder)
    _print_table(imported, console=console, root=folder)
    if others:
        console.print(f"Passed over, as they are no videos: {len(others)}.")
    return int(any(_result(one)[0] != "published" for one in imported))


def _import(
    videos: list[Path], *, viewer: ViewerId, intake: Intake, console: Console, root: Path
) -> list[Imported]:
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
        console=console,
    )
    imported: list[Imported] = []
    with bars:
        whole = bars.add_task(f"{len(videos)} videos", total=1_000 * len(videos), stage="")
        for path in videos:
            shown = str(path.relative_to(root))
            one = Imported(
                path=path,
                task=bars.add_task(shown, total=1_000, stage="sending", visible=False),
            )
            imported.append(one)
            try:
                one.record = import_file(path, viewer=viewer, intake=intake)
            except Refusal as refusal:
                one.refusal = f"{refusal.message} {refusal.what_to_do}"
            except (Refused, NoRoom) as error:
                one.refusal = str(error)
            _show(imported, whole, bars, intake)
        while not _show(imported, whole, bars, intake):
            time.sleep(POLL_S)
    return imported


def _show(imported: list[Imported], whole: TaskID, bars: Progress, intake: Intake) -> bool:
    """Bring the bars up to date; whether everything is finished. Bars of what is done go."""
    done, per_mille = 0, 0
    for one in imported:
        if one.record is not None:
            one.record = intake.reads.upload(one.record.id) or one.record
        is_over = one.record is None or is_finished(one.record, intake=intake)
        progress = 1_000 if is_over or one.record is None else one.record.progress_per_mille
        done, per_mille = done + is_over, per_mille + progress
        stage = one.record.stage if one.record else "refused"
        is_shown = not is_over and stage in ("probing", "encoding", "published")
        bars.update(one.task, completed=progress, stage=stage, visible=is_shown)
    bars.update(whole, completed=per_mille, stage=f"{done} done")
    return done == len(imported)


def _result(one: Imported) -> tuple[str, str]:
    """What became of a file, and what to say of it."""
    if one.record is None:
        return "refused", one.refusal
    if one.record.reason is not None:
        return "refused", f"{one.record.reason.message} {one.record.reason.what_to_do}"
    return one.record.stage, f"/v/{one.record.video}" if one.record.video is not None else ""


def _print_table(imported: list[Imported], *, console: Console, root: Path) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("file", "result", ""):
        table.add_column(title, overflow="fold")
    for one in imported:
        result, words = _result(one)
        style = "green" if result == "published" else "red"
        table.add_row(str(one.path.relative_to(root)), f"[{style}]{result}[/]", words)
    console.print(table)


@contextmanager
def _service(settings: Settings) -> Iterator[Wired]:
    """The running service's parts, or a writer and a worker of our own for the time being."""
    folder = DataFolder(settings.data)
    folder.prepare()
    if folder.is_held:
        wired = Wired(folder)
        yield wired
        wired.writer.close()
        return
    with folder.held() as lock:
        make_keys(folder.keys)
        lifeline, held = os.pipe()
        root = str(folder.root.resolve())
        children = [
            _start("writer", [root], lifeline, lock),
            _start("worker", [root, settings.edition], lifeline, lock),
        ]
        try:
            wired = Wired(folder)
            _await_edition(wired, folder)
            yield wired
            wired.writer.close()
        finally:
            for child in reversed(children):
                child.terminate()
            for child in reversed(children):
                child.wait(10)
            os.close(held)
            os.close(lifeline)


def _start(
    module: str, arguments: list[str], lifeline: int, lock: int
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", f"plainview.app.processes.{module}", *arguments],
        pass_fds=(lifeline, lock),
        stdin=subprocess.DEVNULL,
        env={**os.environ, LIFELINE: str(lifeline)},
    )


def _await_edition(wired: Wired, folder: DataFolder) -> None:
    """Wait until the worker has prepared the edition."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if folder.socket.exists() and folder.database.exists() and wired.reads.edition():
            return
        time.sleep(POLL_S / 4)
    raise SystemExit("plainview: the writer or the worker did not start; see what they said above.")
