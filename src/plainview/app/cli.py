"""The command line: `plainview up | demo | import | replay | learn | check | witness | …`."""

import argparse
import os
import shutil
import socket
import sys
from pathlib import Path

from plainview import __version__
from plainview.app import experiment_options
from plainview.app.check_options import (
    CHECK,
    CHECK_EXAMPLES,
    RECEIPTS,
    add_check_arguments,
    add_receipts_arguments,
)
from plainview.app.learn_options import LEARN, LEARN_EXAMPLES, add_learn_arguments
from plainview.app.operator_command import EXAMPLES as OPERATOR_EXAMPLES
from plainview.app.operator_command import (
    OPERATOR,
    add_operator_arguments,
    near_address,
    operator_command,
    operator_link,
)
from plainview.app.replay_options import EXAMPLES as REPLAY_EXAMPLES
from plainview.app.replay_options import REPLAY, add_arguments
from plainview.app.settings import SETTINGS, BadSetting, Settings, read_settings
from plainview.app.trust_options import (
    KEYS,
    WITNESSES,
    add_keys_arguments,
    add_witnesses_arguments,
)
from plainview.app.witness import options as witness_options
from plainview.edge.data_folder import DataFolder, FolderRefused

UP = """\
Start Plainview: the feed, uploads and everything behind them, in one process tree.

It prints the address to open and a link that makes your browser the operator's, once. Everything
is kept in the data folder (./data unless you say otherwise). Ctrl-C stops all of it; what it had
acknowledged is on disk, so it may also be killed at any moment.
"""
EXAMPLES = """\
examples:
  plainview up                       on this machine, http://127.0.0.1:8080
  HOST=0.0.0.0 plainview up --demo   with demonstration clips, and a code for your phone
  plainview up --port 9000 --data /srv/plainview --web 4
"""
DEMO = """\
Start Plainview with demonstration clips: the same as `plainview up --demo`.

The first clips are made at once and the feed opens as soon as they can be played; the rest are
made while you swipe, behind anything you upload. The page "Be the villain" is open.
"""
IMPORT = """\
Publish every video in a folder and the folders below it.

Each file goes through what an upload goes through: checked, transcoded in a jail, published as soon
as its smallest rendition plays. Works while the service runs, and without it. Importing the same
folder again publishes only what is new. Files that are no videos are passed over.

Exit status: 0 when every video is published, 1 when one was refused, 2 when there is none.
"""
RESET = """\
Delete everything in the data folder: videos, viewers, receipts, keys.

There is no way back, and receipts signed with the deleted key can no longer be issued, only
checked. Stop the service first.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status says how it went (0 well, 1 not, 2 wrong usage)."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (BadSetting, FolderRefused) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="plainview",
        description="Short video you host, with a feed nobody can quietly change.",
        epilog="Each command has its own --help.",
    )
    parser.add_argument("--version", action="version", version=f"plainview {__version__}")
    commands = parser.add_subparsers(metavar="command", required=True)
    for name, text, is_demo in (("up", UP, False), ("demo", DEMO, True)):
        command = _command(commands, name, text, epilog=EXAMPLES)
        _add_settings(command)
        command.add_argument(
            "--demo", action="store_true", default=is_demo, help="make demonstration clips"
        )
        command.add_argument(
            "--levers",
            action="store_true",
            help='open the page "Be the villain" without making clips; --demo opens it too',
        )
        command.set_defaults(run=_up)
    importing = _command(commands, "import", IMPORT)
    importing.add_argument("folder", type=Path, metavar="DIR", help="folder of videos")
    importing.add_argument(
        "--creator", metavar="HANDLE", default="imported", help="who publishes them [imported]"
    )
    importing.add_argument(
        "--name", default="Imported", help="the name on a new creator's page [Imported]"
    )
    _add_settings(importing, only=("data", "edition"))
    importing.set_defaults(run=_import)
    replay = _command(commands, "replay", REPLAY, epilog=REPLAY_EXAMPLES)
    add_arguments(replay)
    _add_settings(replay, only=("data",))
    replay.set_defaults(run=_replay)
    learn = _command(commands, "learn", LEARN, epilog=LEARN_EXAMPLES)
    add_learn_arguments(learn)
    _add_settings(learn, only=("data",))
    learn.set_defaults(run=_learn)
    operator = _command(commands, "operator", OPERATOR, epilog=OPERATOR_EXAMPLES)
    add_operator_arguments(operator)
    _add_settings(operator, only=("data", "host", "port"))
    operator.set_defaults(run=lambda chosen: operator_command(settings_of(chosen)))
    witnesses = _command(commands, "witnesses", WITNESSES)
    add_witnesses_arguments(witnesses)
    _add_settings(witnesses, only=("data",))
    witnesses.set_defaults(run=_witnesses)
    keys = _command(commands, "keys", KEYS)
    add_keys_arguments(keys)
    _add_settings(keys, only=("data",))
    keys.set_defaults(run=_keys)
    checking = _command(commands, "check", CHECK, epilog=CHECK_EXAMPLES)
    add_check_arguments(checking)
    checking.set_defaults(run=_check)
    receipts = _command(commands, "receipts", RECEIPTS)
    add_receipts_arguments(receipts)
    _add_settings(receipts, only=("data",))
    receipts.set_defaults(run=_receipts)
    witness = _command(
        commands, "witness", witness_options.WITNESS, epilog=witness_options.EXAMPLES
    )
    witness_options.add_arguments(witness)
    witness.set_defaults(run=_witness)
    experiment = _command(
        commands, "experiment", experiment_options.EXPERIMENT, epilog=experiment_options.EXAMPLES
    )
    experiment_options.add_arguments(experiment)
    _add_settings(experiment, only=("data",))
    experiment.set_defaults(run=_experiment)
    reset = _command(commands, "reset", RESET)
    _add_settings(reset, only=("data",))
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.set_defaults(run=_reset)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    """A command whose help begins with `text`, and whose first line stands in the list."""
    return commands.add_parser(
        name,
        help=text.partition("\n")[0],
        description=text,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_settings(command: argparse.ArgumentParser, only: tuple[str, ...] | None = None) -> None:
    for setting in SETTINGS:
        if only is None or setting.name in only:
            default = f" [{setting.variable}, else {setting.default or 'by the machine'}]"
            command.add_argument(
                setting.flag, metavar=setting.name.upper(), help=setting.help + default
            )


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the flags and the environment amount to. Raises: BadSetting."""
    flags = {setting.name: getattr(options, setting.name, None) for setting in SETTINGS}
    return read_settings(
        flags,
        os.environ,
        is_demo=getattr(options, "demo", False),
        has_levers=getattr(options, "levers", False),
    )


def _up(options: argparse.Namespace) -> int:
    from plainview.app.supervisor import CannotStart, Supervisor, listen, make_operator_key
    from plainview.edge.keys import make_keys

    settings = settings_of(options)
    _see_recipe(settings)
    _see_text_model(settings)
    folder = DataFolder(settings.data)
    folder.prepare()
    try:
        with folder.held() as lock:
            make_keys(folder.keys)
            sock = listen(settings)
            port: int = sock.getsockname()[1]
            supervisor = Supervisor(settings, folder, sock, lock)
            print("plainview: starting; its address follows once it answers", file=sys.stderr)
            supervisor.run(lambda: _greet(settings, port, make_operator_key(folder)))
    except CannotStart as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    return 0


def _see_recipe(settings: Settings) -> None:
    """That the recipe's file can be learned by. Raises: BadSetting."""
    if settings.learn in ("on", "off"):
        return
    from plainview.app.recipe_file import read_recipe
    from plainview.core.learn import BadRecipe

    try:
        read_recipe(settings.learn)
    except (OSError, BadRecipe) as error:
        raise BadSetting(
            f"--learn (or PLAINVIEW_LEARN) must be on, off or a recipe file: {error}."
        ) from error


def _see_text_model(settings: Settings) -> None:
    """That the text model can be read. Raises: BadSetting."""
    if settings.text_model in ("auto", "off"):
        return
    from plainview.edge.text_model import NoTextModel, find_text_model

    try:
        find_text_model(settings.text_model)
    except NoTextModel as error:
        raise BadSetting(
            "--text-model (or PLAINVIEW_TEXT_MODEL) must be auto, off or a model's folder:"
            f" {error}."
        ) from error


def _greet(settings: Settings, port: int, operator_key: str) -> None:
    """Say where it is."""
    print(f"Plainview      {near_address(settings.host, port)}")
    print(f"Operator link  {operator_link(settings.host, port, operator_key)}   (works once)")
    if settings.is_open:
        address = f"http://{_phone_host(settings.host)}:{port}"
        print(f"On your phone  {address}   (same network)")
        _print_code(address)
    if settings.is_demo:
        print("Clips          the first are drawn within about a minute of a first start")
    print(f"Data           {settings.data.resolve()}")
    print("Ctrl-C stops it.", flush=True)


def _phone_host(host: str) -> str:
    """The address that other machines of the network reach this one by; nothing is sent."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return host
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        found: str = probe.getsockname()[0]
        return found
    except OSError:
        return socket.gethostname()
    finally:
        probe.close()


def _print_code(address: str) -> None:
    import segno

    segno.make(address, error="l").terminal(compact=True, border=1)


def _one_thread() -> None:
    # Threads of BLAS cost more than they bring on matrices this small, and cannot change a bit.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _replay(options: argparse.Namespace) -> int:
    _one_thread()
    from plainview.app.replay_command import replay_command

    return replay_command(options, settings_of(options).data)


def _learn(options: argparse.Namespace) -> int:
    _one_thread()
    from plainview.app.learn_command import learn_command

    return learn_command(options, settings_of(options).data)


def _witnesses(options: argparse.Namespace) -> int:
    from plainview.app.trust_command import witnesses_command

    return witnesses_command(options, settings_of(options).data)


def _keys(options: argparse.Namespace) -> int:
    from plainview.app.trust_command import keys_command

    return keys_command(options, settings_of(options).data)


def _check(options: argparse.Namespace) -> int:
    _one_thread()
    from plainview.app.check_command import check_command

    return check_command(options)


def _receipts(options: argparse.Namespace) -> int:
    from plainview.app.receipts_command import receipts_command

    return receipts_command(options, settings_of(options).data)


def _witness(options: argparse.Namespace) -> int:
    from plainview.app.witness.command import witness_command

    return witness_command(options)


def _experiment(options: argparse.Namespace) -> int:
    _one_thread()
    from plainview.app.experiment_command import experiment_command

    return experiment_command(options, settings_of(options).data)


def _import(options: argparse.Namespace) -> int:
    from plainview.app.import_command import import_folder

    return import_folder(
        options.folder, settings=settings_of(options), handle=options.creator, name=options.name
    )


def _reset(options: argparse.Namespace) -> int:
    folder = DataFolder(settings_of(options).data)
    if not folder.root.exists():
        print(f"There is nothing at {folder.root}.")
        return 0
    if folder.is_held:
        print(f"plainview: the service runs on {folder.root}; stop it first.", file=sys.stderr)
        return 1
    if not options.yes and not _is_sure(folder.root):
        print("Nothing was deleted.")
        return 1
    for path in (
        folder.objects, folder.epochs, folder.uploads, folder.log, folder.keys, folder.run,
    ):  # fmt: skip
        shutil.rmtree(path, ignore_errors=True)
    for suffix in ("", "-wal", "-shm"):
        folder.database.with_name(folder.database.name + suffix).unlink(missing_ok=True)
    print(f"Deleted what Plainview kept in {folder.root}.")
    return 0


def _is_sure(root: Path) -> bool:
    try:
        return input(f"Delete everything in {root.resolve()}? Type yes: ").strip() == "yes"
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
