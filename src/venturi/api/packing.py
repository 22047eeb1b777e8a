"""Long JSON answers go out compressed to who takes gzip: a tenth of the bytes over a slow network.

It happens in the thread that made the answer, at zlib's quickest level: four milliseconds for what
would take a second over a poor line. Streams and files are left alone.
"""

import gzip

from starlette.responses import Response

#: Shorter answers fit a few packets anyway.
LEAST = 8 << 10
LEVEL = 1


def packed(answer: Response, accepted: str) -> Response:
    """The answer, compressed where that is worth it and `Accept-Encoding` takes it."""
    kind = answer.headers.get("content-type", "")
    body = getattr(answer, "body", b"")
    if not kind.startswith("application/json") or len(body) < LEAST:
        return answer
    answer.headers.append("vary", "accept-encoding")
    if takes_gzip(accepted) and "content-encoding" not in answer.headers:
        # No date within: the same answer gives the same bytes, and so the same ETag.
        answer.body = gzip.compress(body, LEVEL, mtime=0)
        answer.headers["content-encoding"] = "gzip"
        answer.headers["content-length"] = str(len(answer.body))
    return answer


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` header names gzip, and not in order to refuse it."""
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
