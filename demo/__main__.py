"""`python -m demo`: list, make or lay out the demonstration clips."""

import argparse
import sys
from pathlib import Path

from .catalog import CLIP_BY_KEY, CLIPS
from .make import make_clip
from .pages import contact_sheet


def main() -> int:
    """Run the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "--list", action="store_true", help="print every clip: key, topic, creator, caption"
    )
    parser.add_argument(
        "--only", nargs="+", metavar="KEY", help="make these clips alone (see --list)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write KEY.mp4 files to")
    parser.add_argument(
        "--contact-sheet", type=Path, metavar="PNG", help="draw one still of each clip on a sheet"
    )
    asked = parser.parse_args()
    unknown = [k for k in asked.only or () if k not in CLIP_BY_KEY]
    if unknown:
        print(f"no such clip: {', '.join(unknown)}; `--list` shows them all", file=sys.stderr)
        return 2
    chosen = [CLIP_BY_KEY[k] for k in asked.only] if asked.only else list(CLIPS)
    if asked.contact_sheet:
        contact_sheet(chosen).save(asked.contact_sheet)
    elif asked.out:
        for n, spec in enumerate(chosen, 1):
            make_clip(spec, asked.out / f"{spec.key}.mp4")
            print(f"{n:3}/{len(chosen)} {spec.key}", flush=True)
    else:
        for spec in chosen:
            print(
                f"{spec.key:24} {spec.topic:11} @{spec.creator:16}"
                f"{spec.length_s:3.0f} s  {spec.caption}"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
