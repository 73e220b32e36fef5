"""Which columns a release has, and what each is made from. No data is read here."""

import re
from dataclasses import dataclass

from orchestration.config import Cohort, CohortColumn, Request
from orchestration.release.errors import CandidateError

PERSON, INDEX, PREDICTION, SPLIT, CENSORING = "person_id", "index_at", "prediction_at", "split", "censor_reason"
TIMES = ("DATE", "TIMESTAMP")
TYPES = {
    "varchar": "VARCHAR", "string": "VARCHAR", "text": "VARCHAR", "boolean": "BOOLEAN", "bool": "BOOLEAN",
    "tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INTEGER", "int": "INTEGER", "bigint": "BIGINT",
    "float": "FLOAT", "real": "FLOAT", "double": "DOUBLE", "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip
DECIMAL = re.compile(r"decimal\( ?([0-9]{1,2}), ?([0-9]{1,2})\)")


@dataclass(frozen=True)
class ReleaseColumn:
    """One column of a release: its name and DuckDB type there, and the column of the cohort that it is made from."""

    name: str
    data_type: str
    source: str
    is_time: bool
    description: str


@dataclass(frozen=True)
class Contract:
    """The columns of a release in order, and which of them play a part of their own."""

    columns: tuple[ReleaseColumn, ...]
    grain: tuple[str, ...]
    index: str
    prediction: str
    label: str
    label_times: tuple[str, ...]
    time_unit: str

    def named(self, prefix: str) -> tuple[ReleaseColumn, ...]:
        """Return the columns whose names begin so."""
        return tuple(column for column in self.columns if column.name.startswith(prefix))


def release_contract(cohort: Cohort, request: Request) -> Contract:
    """Return what a release of a cohort must look like for one request.

    The grain, the index, the prediction, the labels, the reason of censoring and the split are always there.

    Raises:
        CandidateError: The cohort lacks a column that every release needs, or has one that no release may hold.
    """
    asked = set(cohort.column_names) if request.columns == "all" else set(request.columns)
    needed = {*cohort.grain, cohort.label, PERSON, INDEX, PREDICTION, SPLIT}
    lacking = sorted((needed | asked) - set(cohort.column_names))
    if lacking:
        raise CandidateError(f"{cohort.name}: the cohort has no column {', '.join(lacking)}")
    always = {*needed, CENSORING, *(name for name in cohort.column_names if name.startswith("label_"))}
    columns = tuple(_column(column, cohort) for column in cohort.columns if column.name in always | asked)
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise CandidateError(f"{cohort.name}: two columns of the release would have one name")
    renamed = {column.source: column.name for column in columns}
    return Contract(
        columns=columns,
        grain=tuple(renamed[name] for name in cohort.grain),
        index=renamed[INDEX],
        prediction=renamed[PREDICTION],
        label=renamed[cohort.label],
        label_times=tuple(c.name for c in columns if c.is_time and c.source.startswith("label_")),
        time_unit=cohort.time_unit,
    )


def _column(column: CohortColumn, cohort: Cohort) -> ReleaseColumn:
    data_type = _duckdb_type(column, cohort)
    if column.name == PERSON:
        description = "Pseudonym of the person, made for this project alone."
        return ReleaseColumn(PERSON, data_type, PERSON, False, description)
    if data_type not in TIMES:
        return ReleaseColumn(column.name, data_type, column.name, False, column.description)
    stem, _, ending = column.name.rpartition("_")
    if ending not in ("at", "date"):
        raise CandidateError(f"{cohort.name}: {column.name} holds times, so its name must end in _at or _date")
    since = f"In whole {cohort.time_unit} since the person's first index event."
    rounded = " Rounded up." if column.name.startswith("label_") else ""
    return ReleaseColumn(
        f"{stem}_{cohort.time_unit}", "BIGINT", column.name, True, f"{column.description} {since}{rounded}"
    )


def _duckdb_type(column: CohortColumn, cohort: Cohort) -> str:
    written = column.data_type.strip().lower()
    if decimal := DECIMAL.fullmatch(written):
        return f"DECIMAL({int(decimal[1])},{int(decimal[2])})"
    if written not in TYPES:
        raise CandidateError(f"{cohort.name}: {column.name} has a type that no release may hold")
    return TYPES[written]
