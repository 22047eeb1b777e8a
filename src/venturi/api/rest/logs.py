"""Logs of tries, also while they are written.

A log is a file below the log folder whose path follows from the ids of a row that exists: nothing
a client writes becomes a path. The continuation token is a place in the file.
"""

import os
from pathlib import Path

import msgspec
from starlette.responses import Response

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.instances import find_try
from venturi.api.shapes.logs import LogAnswer, LogQuery, log_lines
from venturi.core.states import ACTIVE
from venturi.store.queries.instances import InstanceRow, get_instance

#: Bytes of one answer; the rest comes with the token.
CHUNK = 1 << 20
CHUNK_FULL = 16 << 20
_TOKEN = "at-"  # noqa: S105 - the beginning of a continuation token
TOKEN_HEADER = "airflow-continuation-token"  # noqa: S105 - a header's name

_TEXT, _NDJSON = "text/plain", "application/x-ndjson"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a log, and the token for the next; None: there is no more."""

    text: str
    token: str | None


def get_log(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    try_number: int,
    query: LogQuery,
) -> LogAnswer | Response:
    """A part of a try's log: JSON, or as `Accept` says plain text or one JSON object a line."""
    with call.read() as tx:
        now = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        row = find_try(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index, try_number)
    goes_on = row.try_number == now.try_number and now.state in ACTIVE
    piece = read_log(call, row, query, goes_on=goes_on)
    kind = call.accept.partition(",")[0].partition(";")[0].strip()
    headers = {} if piece.token is None else {TOKEN_HEADER: piece.token}
    if kind == _TEXT:
        return Response(piece.text, media_type=_TEXT, headers=headers)
    lines = list(log_lines(piece.text))
    if kind == _NDJSON:
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        return Response(body, media_type=_NDJSON, headers=headers)
    return LogAnswer(content=lines, continuation_token=piece.token)


def read_log(call: Call, row: InstanceRow, query: LogQuery, *, goes_on: bool) -> Piece:
    """The part of a try's log that a query asks for, in whole lines."""
    start = _place(query.token)
    relative = row.log_path
    if relative is None:
        return Piece(text="", token=None)
    folder = call.api.conf.getpath("logging", "base_log_folder")
    size = CHUNK_FULL if query.full_content else CHUNK
    data, at_end = _read(folder / relative, start, size)
    if data is None:
        return Piece(text="" if goes_on else missing_log(row, folder), token=_after(0, goes_on))
    if not at_end or goes_on:
        # The last line may be half written, or half read.
        whole = data.rfind(b"\n") + 1
        data = data[:whole] if whole or at_end else data
    text = data.decode(errors="replace")
    return Piece(text=text, token=_after(start + len(data), goes_on or not at_end))


def _place(token: str | None) -> int:
    if token is None:
        return 0
    digits = token.removeprefix(_TOKEN)
    if digits == token or not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise Refused(400, "This token did not come from here: use only those of an answer.")
    return int(digits)


def _after(place: int, more: bool) -> str | None:
    return f"{_TOKEN}{place}" if more else None


def _read(path: Path, start: int, size: int) -> tuple[bytes | None, bool]:
    """Bytes from a place on, None without a file; and whether that was the end."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None, True
    try:
        data = os.pread(file, size, start)
        return data, start + len(data) >= os.fstat(file).st_size
    finally:
        os.close(file)


def missing_log(row: InstanceRow, folder: Path) -> str:
    """Why there is no log of a try, in a line."""
    if row.hostname:
        return f"There is no log of this try under {folder}; it ran on {row.hostname}.\n"
    reason = f": {row.reason}" if row.reason else ""
    return f"This try wrote no log{reason}.\n"
