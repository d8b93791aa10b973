"""The upload receipt: what the service signs when it has a file whole."""

from plainview.core.terms.canonical import canonical_json
from plainview.core.terms.ids import CreatorId, Digest


def build_upload_receipt(
    *,
    edition: str,
    upload: str,
    creator: CreatorId,
    digest: Digest,
    size_bytes: int,
    publish_by_ms: int,
    at_ms: int,
) -> bytes:
    """The canonical JSON of an upload receipt (`specs/upload-v1.md`).

    >>> promise = build_upload_receipt(
    ...     edition="e", upload="0f", creator=CreatorId(3), digest=Digest("ab"), size_bytes=9,
    ...     publish_by_ms=7, at_ms=5,
    ... )
    >>> promise[:49]
    b'{"at_ms":5,"creator":"3","digest":"ab","edition":'
    >>> promise[49:]
    b'"e","publish_by_ms":7,"size_bytes":9,"spec":"upload-v1","upload":"0f"}'
    """
    return canonical_json(
        {
            "spec": "upload-v1",
            "edition": edition,
            "upload": upload,
            "creator": str(creator),
            "digest": digest,
            "size_bytes": size_bytes,
            "publish_by_ms": publish_by_ms,
            "at_ms": at_ms,
        }
    )
