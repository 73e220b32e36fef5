"""Make a candidate: the rows and columns that a request asks for, under the project's pseudonyms, in elapsed time.

A candidate lies in quarantine and is not yet judged; the gate judges the copy that the publisher makes.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.config import Cohort, Request
from orchestration.duck import literal, quoted
from orchestration.release.contract import INDEX, PERSON, Contract, ReleaseColumn, release_contract
from orchestration.release.errors import CandidateError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DATA = "data/cohort.parquet"
DESCRIPTION = "candidate.json"
OLDEST_AGE = 90
MICROSECONDS = {"hours": 3_600_000_000, "days": 86_400_000_000}
PSEUDONYM = "^[0-9a-f]{32}$"
# Everything that the bytes depend on is said, so that a new default of DuckDB does not make other bytes.
WRITER = "format parquet, compression zstd, compression_level 3, row_group_size 122880, parquet_version v1"


@dataclass(frozen=True)
class AttritionStep:
    """One step from everybody known to the trust to the rows of a cohort: what is left after it."""

    step: str
    people: int
    rows: int


@dataclass(frozen=True)
class Candidate:
    """Where a candidate lies and how large it is; `files` are its data, relative to `folder`."""

    folder: Path
    files: tuple[str, ...]
    rows: int
    people: int
    key_check_value: str
    attrition: tuple[AttritionStep, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of data, as they can be opened."""
        return tuple(self.folder / name for name in self.files)


def build_candidate(
    connection: "duckdb.DuckDBPyConnection",
    *,
    cohort: Cohort,
    request: Request,
    project_pseudonyms: "Callable[[pa.Array], pa.Array]",
    key_check_value: str,
    attrition: tuple[AttritionStep, ...],
    folder: Path,
) -> Candidate:
    """Write the candidate of one request into `folder`, in place of what lay there, and return where it is.

    Args:
        connection: Reads the cohort under its own name, and may write below `folder`.
        project_pseudonyms: Returns one project pseudonym per site pseudonym, as text in the same order.
        key_check_value: Of the key behind `project_pseudonyms`.

    Raises:
        CandidateError: The cohort cannot be released as asked, or the pseudonyms are not one per person.
    """
    contract = release_contract(cohort, request)
    _empty(folder)
    people = _pseudonymise_people(connection, cohort, project_pseudonyms)
    rows = _write(connection, cohort, contract, path=folder / DATA)
    candidate = Candidate(folder, (DATA,), rows, people, key_check_value, attrition)
    _describe(candidate)
    return candidate


def open_candidate(folder: Path) -> Candidate:
    """Return the candidate that lies in a folder.

    Raises:
        CandidateError: None was finished there.
    """
    try:
        known = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CandidateError(f"{folder.name}: no finished candidate in quarantine; make it first") from None
    return Candidate(
        folder=folder,
        files=tuple(known["files"]),
        rows=known["rows"],
        people=known["people"],
        key_check_value=known["key_check_value"],
        attrition=tuple(AttritionStep(**step) for step in known["attrition"]),
    )


def read_attrition(connection: "duckdb.DuckDBPyConnection", cohort: Cohort) -> tuple[AttritionStep, ...]:
    """Return the attrition table that dbt builds beside a cohort, in the order of its steps."""
    table = quoted(cohort.name.replace("cohort_", "attrition_", 1))
    steps = connection.execute(f"select step, people, rows_left from {table} order by step_number").fetchall()
    return tuple(AttritionStep(*step) for step in steps)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / DATA).parent.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)


def _pseudonymise_people(
    connection: "duckdb.DuckDBPyConnection", cohort: Cohort, project_pseudonyms: "Callable[[pa.Array], pa.Array]"
) -> int:
    """Make the relation `project_people`: one row per person, the site's pseudonym beside the project's."""
    import pyarrow as pa
    import pyarrow.compute as pc

    query = f"select distinct {PERSON} from {quoted(cohort.name)} order by {PERSON}"
    site = connection.sql(query).to_arrow_table().column(0).cast(pa.string()).combine_chunks()
    if site.null_count:
        raise CandidateError(f"{cohort.name}: rows without a person cannot be released")
    project = pa.array(project_pseudonyms(site), pa.string())
    fitting = pc.sum(pc.match_substring_regex(project, PSEUDONYM)).as_py() or 0
    if not len(site) == len(project) == pc.count_distinct(project).as_py() == fitting:
        raise CandidateError(f"{cohort.name}: {len(site):,} people need as many different pseudonyms of 32 hex digits")
    if pc.any(pc.is_in(project, value_set=site)).as_py():
        raise CandidateError(f"{cohort.name}: the project's pseudonyms are the site's; was another key meant?")
    connection.register("project_people", pa.table({"site_id": site, "project_id": project}))
    return len(site)


def _write(connection: "duckdb.DuckDBPyConnection", cohort: Cohort, contract: Contract, *, path: Path) -> int:
    columns = ", ".join(f"{_expression(column, contract)} as {quoted(column.name)}" for column in contract.columns)
    order = ", ".join(quoted(name) for name in dict.fromkeys((PERSON, contract.index, *contract.grain)))
    rows = f"""
        with first_index as (
            select {PERSON}, min({INDEX}) as first_at from {quoted(cohort.name)} group by {PERSON}
        )
        select {columns}
        from {quoted(cohort.name)} as cohort
        join first_index on first_index.{PERSON} = cohort.{PERSON}
        join project_people on project_people.site_id = cohort.{PERSON}
        order by {order}
    """
    copied = connection.execute(f"copy ({rows}) to {literal(path)} ({WRITER})").fetchone()
    connection.unregister("project_people")
    path.chmod(0o600)
    return int(copied[0]) if copied else 0


def _expression(column: ReleaseColumn, contract: Contract) -> str:
    """Return the SQL of one column of the release."""
    source = f"cohort.{quoted(column.source)}"
    if column.name == PERSON:
        return "project_people.project_id"
    if column.is_time:
        return _elapsed(column, contract)
    if column.name.endswith("age_years"):
        return f"cast(least({source}, {OLDEST_AGE}) as {column.data_type})"
    return f"cast({source} as {column.data_type})"


def _elapsed(column: ReleaseColumn, contract: Contract) -> str:
    """Return the SQL of a time as whole units since the person's first index event.

    Only the index is counted from the first one; other times are counted from the index of their row, so that what
    lies a whole number of hours apart in the cohort still does. A label's time is rounded up: by the clock of the
    release an outcome never comes before it came.
    """
    unit = MICROSECONDS[contract.time_unit]
    index = f"epoch_us(cast(cohort.{INDEX} as timestamp))"
    to_index = _floor(f"{index} - epoch_us(cast(first_index.first_at as timestamp))", unit)
    if column.source == INDEX:
        return to_index
    time = f"epoch_us(cast(cohort.{quoted(column.source)} as timestamp))"
    if column.name in contract.label_times:
        return f"{to_index} - {_floor(f'{index} - {time}', unit)}"
    return f"{to_index} + {_floor(f'{time} - {index}', unit)}"


def _floor(microseconds: str, unit: int) -> str:
    # DuckDB's // rounds towards zero, so what is left over is taken off first.
    span = f"({microseconds})"
    return f"(({span} - (({span} % {unit} + {unit}) % {unit})) // {unit})"


def _describe(candidate: Candidate) -> None:
    """Write the candidate's description last: a folder without one is no candidate."""
    known = {
        "files": candidate.files,
        "rows": candidate.rows,
        "people": candidate.people,
        "key_check_value": candidate.key_check_value,
        "attrition": [{"step": step.step, "people": step.people, "rows": step.rows} for step in candidate.attrition],
    }
    path = candidate.folder / DESCRIPTION
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known, file)
