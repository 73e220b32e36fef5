"""DICOM: a tree of files, whatever their names; headers only, pixel data is never read.

A file is one row. A file that does not parse is a reject with a fixed reason, never the end of the run.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from orchestration.extract.landing import Landed, Reject, landed
from pseudonymisation.policy import Table

FILES_IN_A_BATCH = 200
WORKERS = 2

Header = dict[str, str | None]


def read(path: Path, tables: Mapping[str, Table], into: Path, *, spill: Path) -> Iterator[tuple[Landed, list[Reject]]]:
    """Land one row per DICOM instance below a folder."""
    for name, table in tables.items():
        keywords = {column.name: column.keyword or "" for column in table.columns_to_land}
        files = sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
        rows, rejects = 0, []
        for part, (headers, rejected) in enumerate(_headers(files, keywords, root=path, table=name)):
            _write(headers, keywords, into / name / f"part-{part:05}.parquet")
            rows += len(headers)
            rejects += rejected
        yield landed(name, rows=rows, rejects=rejects), rejects


def _headers(
    files: Sequence[Path], keywords: Mapping[str, str], *, root: Path, table: str
) -> Iterator[tuple[list[Header], list[Reject]]]:
    batches = [files[first : first + FILES_IN_A_BATCH] for first in range(0, len(files), FILES_IN_A_BATCH)]
    read_batch = partial(_read_batch, keywords=dict(keywords), root=root, table=table)
    if len(batches) < 2:
        yield from map(read_batch, batches)
        return
    # Workers are recycled, so that what one hostile file made a process allocate does not stay.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), max_tasks_per_child=20) as workers:
        yield from workers.map(read_batch, batches)


def _read_batch(
    files: Sequence[Path], *, keywords: Mapping[str, str], root: Path, table: str
) -> tuple[list[Header], list[Reject]]:
    from pseudonymisation.dicom import read_header
    from pseudonymisation.errors import DicomReject

    headers: list[Header] = []
    rejects: list[Reject] = []
    for file in files:
        name = str(file.relative_to(root)) if file != root else file.name
        try:
            headers.append({**read_header(file, columns=keywords), "_file": name})
        except DicomReject as reject:
            rejects.append(Reject(table, name, None, None, reject.reason))
    return headers, rejects


def _write(headers: list[Header], keywords: Mapping[str, str], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([*((column, pa.string()) for column in keywords), ("_file", pa.string()), ("_row", pa.int64())])
    path.parent.mkdir(parents=True, exist_ok=True)
    # One file holds one instance, so its row in that file is always the first.
    pq.write_table(pa.Table.from_pylist([{**header, "_row": 1} for header in headers], schema=schema), path)
