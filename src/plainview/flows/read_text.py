"""Read a video's words: what they mean becomes a fact of it, where a text model is installed."""

from plainview.core.catalogue import sketch_bytes, text_of
from plainview.core.terms.ids import VideoId
from plainview.flows.run_jobs import Lease
from plainview.ports.catalogue import CatalogueReads
from plainview.ports.commands import Writer
from plainview.ports.intake import Job
from plainview.ports.text import Meaning, SetMeaning, TextModel

READ_TEXT = "read_text"


def read_text(model: TextModel | None, *, caption: str, tags: tuple[str, ...]) -> Meaning | None:
    """What the words mean; None without a model, or when it finds nothing in them."""
    numbers = model.read(text_of(caption, tags)) if model is not None else ()
    if model is None or not numbers:
        return None
    return Meaning(numbers=sketch_bytes(numbers), model=model.digest)


class TextReader:
    """Does the jobs that an edit leaves behind: the new words are read. `job.subject` is the
    video's id, a colon, and the number of the change."""

    def __init__(self, model: TextModel | None, *, reads: CatalogueReads, writer: Writer) -> None:
        self._model = model
        self._reads = reads
        self._writer = writer

    def do(self, job: Job, lease: Lease) -> None:
        """Read the words as they are now; edited again meanwhile, they are read by the next job.

        Raises: LeaseLost. WriterGone.
        """
        video = VideoId(int(job.subject.partition(":")[0]))
        record = self._reads.videos([video]).get(video)
        if record is None:
            return
        meaning = read_text(self._model, caption=record.caption, tags=record.tags)
        lease.check()
        if meaning is not None:
            self._writer.submit(
                SetMeaning(video=video, caption=record.caption, tags=record.tags, meaning=meaning)
            )

    def give_up(self, job: Job) -> None:
        """The video stands where its other words, its sound and its creator place it."""
