"""The writer process: `python -m plainview.app.processes.writer DATA_FOLDER`."""

import sys
from pathlib import Path

from plainview.app.processes.child import begin, when_told
from plainview.edge.data_folder import DataFolder
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.folding_back import FoldingBack
from plainview.edge.sqlite.group_commit import GroupCommit
from plainview.edge.writer.server import WriterServer


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    begin("writer")
    assert CARRYING, "the commands are registered by importing them"
    folder = DataFolder(Path(arguments[0]))
    db = open_to_write(folder.database)
    folding = FoldingBack(db, folder.database)
    server = WriterServer(GroupCommit(db), folder.socket, between_commits=folding.between_commits)
    when_told(server.stop)
    folding.start()
    server.serve()
    folding.stop()
    db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
