"""Small landed tables and invented people; nothing here was copied from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pseudonymisation.keys import SiteKeys
from pseudonymisation.optout import AllowedSet, Evidence
from pseudonymisation.people import IdentityInput, People, resolve_people
from pseudonymisation.policy import Policy, Table, parse_policy
from pseudonymisation.tables import TableCounts, pseudonymise_table

KEYS = SiteKeys(bytes(range(32)))

POLICY = """
kind: ward
version: 1
standard: invented for tests
identity:
  table: link
  local_id: local_id
  nhs_number: nhs_number
  mrn: mrn
  postcode: postcode
  merges: {table: merge, from: old_id, to: new_id, at: merged_at}
  known_text: [given_name, family_name, birth_date]
  fallback: {table: stay, local_id: local_id}
tables:
  link:
    zone: identifiable
    key: [local_id]
    columns:
      {local_id: identify, nhs_number: identify, mrn: identify, postcode: identify, given_name: identify,
       family_name: identify, birth_date: identify}
  merge:
    zone: identifiable
    key: [old_id]
    columns: {old_id: identify, new_id: identify, merged_at: identify}
  stay:
    person: local_id
    key: [stay_id]
    columns:
      stay_id: pseudonym encounter
      local_id: person
      accession: pseudonym accession
      study: uid
      started_at: required timestamp
      ended_on: keep date
      beds: keep integer
      weight: keep double
      ward: one_of A|B
      code: code
      pain: range 0 10
      clock: time
      secret: drop
  note:
    person: local_id
    key: [note_id]
    columns:
      note_id: pseudonym note
      local_id: person
      words: text
  site:
    zone: reference
    key: [site_id]
    columns: {site_id: keep bigint, name: drop}
"""


def nhs_number(serial: int) -> str:
    """Return the serial-th number of the synthetic range whose check digit is not 10."""
    found = -1
    for nine in range(999000000, 999999999):
        total = sum((10 - place) * int(digit) for place, digit in enumerate(str(nine)))
        check = 11 - total % 11
        if check != 10:
            found += 1
            if found == serial:
                return f"{nine}{check % 11}"
    raise AssertionError


def policy() -> Policy:
    return parse_policy(POLICY)


def table(name: str) -> Table:
    return policy().tables[name]


def land(folder: Path, name: str, rows: Sequence[Mapping[str, object]], *, part: int = 0) -> Path:
    """Write rows as one landed parquet file; `_file` and `_row` are added."""
    numbered = [{"_file": f"{name}.csv", "_row": number, **row} for number, row in enumerate(rows, start=1)]
    names = dict.fromkeys(key for row in numbered for key in row)
    columns = {column: [row.get(column) for row in numbered] for column in names}
    arrays = {
        column: pa.array(values, pa.string() if all(value is None for value in values) else None)
        for column, values in columns.items()
    }
    path = folder / name / f"part-{part:04}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays), path)
    return path.parent


def allowed(requested: Sequence[str], opted_out: Sequence[str] = ()) -> AllowedSet:
    left = frozenset(requested) - frozenset(opted_out)
    return AllowedSet(frozenset(requested), left, Evidence(len(requested), len(left), "", "", date(2025, 1, 1)))


def people_of(
    tmp_path: Path, *sources: IdentityInput, keys: SiteKeys = KEYS, postcode_lookup: Path | None = None
) -> People:
    connection = duckdb.connect()
    try:
        return resolve_people(connection, sources, keys=keys, into=tmp_path, postcode_lookup=postcode_lookup)
    finally:
        connection.close()


def ward(tmp_path: Path, *, source: str = "ward", allowed: AllowedSet | None = None) -> IdentityInput:
    return IdentityInput(source, policy().identity, tmp_path / source, "nhs_number", allowed)


def one_person(tmp_path: Path) -> People:
    """Land and resolve one permitted person, local id 7, known as Ada Brindle."""
    land(
        tmp_path / "ward",
        "link",
        [{"local_id": "7", "nhs_number": nhs_number(0), "given_name": "Ada", "family_name": "Brindle"}],
    )
    return people_of(tmp_path, ward(tmp_path))


def pseudonymised(
    tmp_path: Path,
    name: str,
    rows: Sequence[Mapping[str, object]],
    *,
    people: People | None = None,
    keys: SiteKeys = KEYS,
    source: str = "ward",
    **more: object,
) -> tuple[TableCounts, list[dict[str, object]]]:
    """Return the counts and the output rows of one table of one source."""
    known = people or one_person(tmp_path)
    landing = land(tmp_path / source, name, rows)
    connection = duckdb.connect()
    try:
        counts = pseudonymise_table(
            connection,
            table(name),
            source=source,
            landing=landing,
            people=known,
            keys=keys,
            out_path=tmp_path / "out" / name / f"{source}.parquet",
            rejects_path=tmp_path / "rejects" / f"{name}.parquet",
            **more,  # type: ignore[arg-type]  # Passed through as it came.
        )
    finally:
        connection.close()
    return counts, pq.read_table(tmp_path / "out" / name / f"{source}.parquet").to_pylist()


def rejects_of(tmp_path: Path, name: str) -> list[dict[str, object]]:
    return pq.read_table(tmp_path / "rejects" / f"{name}.parquet").to_pylist()
