"""The two files of the National Data Opt-Out, as they go through MESH and come back.

The request holds every valid NHS number that the trust asks about, the response those whose owners have not
opted out. One number a line, each followed by a comma and a line feed.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

MAILBOX = "X26COHG01"


def write_opt_out(folder: Path, as_of: date, *, asked: Iterable[str], allowed: Iterable[str]) -> dict[str, int]:
    """Write request/MAILBOX-DDMMYY-0001.dat and response/MAILBOX-DDMMYY-0001.dat; return the lines of each."""
    written = {}
    for kind, numbers in (("request", asked), ("response", allowed)):
        path = folder / kind / f"{MAILBOX}-{as_of:%d%m%y}-0001.dat"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{number},\n" for number in sorted(set(numbers))]
        path.write_bytes("".join(lines).encode("ascii"))
        written[kind] = len(lines)
    return written
