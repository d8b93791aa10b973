"""Edit a video: its creator changes caption and tags; the next epoch carries the new digest."""

from plainview.core.catalogue import clean_caption, clean_tags
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.ports.commands import Writer
from plainview.ports.intake import EditVideo


def edit_video(
    video: VideoId,
    *,
    creator: CreatorId,
    caption: str,
    tags: tuple[str, ...],
    at_ms: int,
    writer: Writer,
) -> None:
    """Change what is written under a video. Repeating it changes nothing.

    Raises: BadWords: the words cannot be kept as they are. Refused: `no_video`, `not_yours`.
        WriterGone.
    """
    writer.submit(
        EditVideo(
            video=video,
            creator=creator,
            caption=clean_caption(caption),
            tags=clean_tags(tags),
            at_ms=at_ms,
        )
    )
