"""What the gate is told about a release before it looks at the bytes. Only shapes: no checks, no SQL."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Column:
    """One column of a release: its name and its DuckDB type."""

    name: str
    data_type: str


@dataclass(frozen=True)
class DatedDocument:
    """One document that a release rests on, in force from `approved_on` to `expires_on`, both days included.

    `kind` is one of `DPIA`, `DSA` and `request`.
    """

    kind: str
    approved_on: date | None
    expires_on: date


@dataclass(frozen=True)
class OptOutEvidence:
    """How the National Data Opt-Out was applied: the date of the list, or the reason why none applies."""

    applies: bool
    listed_on: date | None
    max_age_days: int
    reason: str | None


@dataclass(frozen=True)
class Approval:
    """One person's approval of the request, and its date."""

    name: str
    approved_on: date


@dataclass(frozen=True)
class GateFacts:
    """Everything that one evaluation of the gate must know and cannot read off the files.

    Column names are those of the release, so times end in the unit: `index_hours`, `label_sepsis_onset_hours`.

    Attributes:
        cohort: The cohort's name, which is also the name of its suite.
        columns: The columns that were asked for, in order.
        grain: The columns that tell one row from another.
        label: The outcome, a boolean column.
        label_times: The columns that say when an outcome came to be, null where there was none.
        opted_out: Name of a relation with a column `person_id`: project pseudonyms of opted-out people.
        known_identifiers: Name of a relation with a column `value`: every identifier of the identifiable
            zone and every site pseudonym, as text, as they stand there.
        key_check_value: Of the project key that the candidate was made with.
        registered_key_check_value: Of the project key that the project's register holds.
    """

    cohort: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    index: str
    prediction: str
    label: str
    label_times: tuple[str, ...]
    min_people: int
    min_events: int
    min_non_events: int
    opted_out: str
    known_identifiers: str
    documents: tuple[DatedDocument, ...]
    opt_out: OptOutEvidence
    requested_by: str
    approvals: tuple[Approval, ...]
    key_check_value: str
    registered_key_check_value: str
    today: date


@dataclass(frozen=True)
class Evidence:
    """What the gate was told, and what the files' own schemas say.

    Attributes:
        columns: The columns that the files really have; none if a file cannot be read.
        odd_metadata: How many entries of file metadata say more than which program wrote the file.
    """

    facts: GateFacts
    columns: tuple[Column, ...]
    odd_metadata: int
