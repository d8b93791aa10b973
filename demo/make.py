"""A clip from its spec."""

from pathlib import Path

from .encode import write_clip
from .generators import GENERATORS
from .scene import Scene
from .spec import ClipSpec


def scene_of(spec: ClipSpec) -> Scene:
    """The frames and notes of `spec`, not yet encoded. Raises KeyError for an unknown generator."""
    return GENERATORS[spec.generator][1](spec)


def make_clip(spec: ClipSpec, out_path: Path) -> None:
    """Render `spec` to one MP4 at `out_path`: H.264 540x960 at 24 fps, AAC stereo, moov first.

    Deterministic from the spec (same machine, same libraries). Uses one core, about a CPU second
    per second of clip. Written beside `out_path` and renamed, so a reader never meets half a file.

    Raises: encode.ClipFailed: the encoder stopped; nothing is left behind.
    """
    write_clip(scene_of(spec), out_path)
