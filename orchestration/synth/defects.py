"""What is wrong with the trust's data, planted on purpose and counted.

People: numbers that are no NHS number, people registered twice, opted out, or never sent to the opt-out
service. Rows: exact copies, late and impossible times, rows of nobody. Both are planted in the first chunk
only, opt-outs everywhere. Bad bytes are planted by each writer.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.synth.codes import CODE_NO, LABS
from orchestration.synth.frame import DAY, Column, Frame, height, stack, take
from orchestration.synth.identifiers import with_wrong_check_digit
from orchestration.synth.people import TRACE_ROW, ages
from orchestration.synth.world import CHUNK_PEOPLE, World

OPTED_OUT_SHARE = 0.04
PLACEHOLDER = "9999999999"
UNKNOWN_PERSON_ID = 9_000_000_000
_IMPOSSIBLE = tuple((date(*day) - date(1970, 1, 1)).days * DAY for day in ((1844, 3, 1), (2202, 6, 30), (9999, 12, 31)))
_BIRTH_1844 = (date(1844, 3, 1) - date(1970, 1, 1)).days

# Planted people per 1,000 of the first chunk, and never fewer than two.
_PEOPLE_PER_1000 = {
    "bad_check_digit": 1.5,
    "placeholder": 1.0,
    "missing": 2.0,
    "unchecked": 1.5,
    "impossible_birth_date": 1.0,
    "duplicate_person": 1.0,
}
_MERGES_PER_1000 = 2.5


# Defect -> table -> ids of the planted rows.
RowIds = dict[str, dict[str, list[int]]]


@dataclass(frozen=True)
class Roles:
    """Which rows of the people of one chunk play which part; every row plays at most one.

    `merged` are pairs (duplicate, survivor); a survivor can itself be a duplicate of a third row.
    """

    rows: dict[str, Column]
    merged: tuple[tuple[int, int], ...]
    opted_out: Column

    @property
    def plain(self) -> Column:
        """Mask over people who play no part at all."""
        taken = np.concatenate([*self.rows.values(), np.array(self.merged, dtype=np.int64).ravel()])
        mask = ~self.opted_out
        mask[taken] = False
        return mask


def choose_roles(world: World, chunk: int, *, people: Frame, visits: Frame, diabetics: Frame) -> Roles:
    """Return who plays which part; only opt-outs happen outside the first chunk."""
    rng = world.stream(chunk, "roles")
    count = height(people)
    opted_out = rng.random(count) < OPTED_OUT_SHARE
    if chunk > 0:
        return Roles({}, (), opted_out)
    order = rng.permutation(np.setdiff1d(np.arange(count), [TRACE_ROW]))
    rows = {}
    for role, per_1000 in _PEOPLE_PER_1000.items():
        wanted = planted(count, per_1000)
        rows[role], order = order[:wanted], order[wanted:]
    merged = _choose_merges(world, people=people, visits=visits, free=np.setdiff1d(order, diabetics["person"]))
    opted_out[np.concatenate([[TRACE_ROW], *rows.values()]).astype(np.int64)] = False
    opted_out[np.array(merged, dtype=np.int64).ravel()] = False
    # The second pair shows that an opt-out of the surviving number holds for the duplicate's rows too.
    if len(merged) > 2:
        opted_out[list(merged[2])] = True
    return Roles(rows, merged, opted_out)


def planted(people: int, per_1000: float) -> int:
    """Return how many of a defect are planted among the people of the first chunk."""
    return max(2, round(min(people, CHUNK_PEOPLE) * per_1000 / 1000))


def spoil_people(world: World, people: Frame, roles: Roles) -> Frame:
    """Return the people with their parts played: numbers spoilt, duplicates merged, statuses set."""
    people = {name: column.copy() for name, column in people.items()}
    people["status"][roles.opted_out] = "opted_out"
    if not roles.rows:
        return people
    rows, numbers, status = roles.rows, people["nhs_number"], people["status"]
    wrong = rows["bad_check_digit"]
    numbers[wrong] = with_wrong_check_digit(numbers[wrong].astype(np.int64)).astype(str).astype(object)
    numbers[rows["placeholder"]] = PLACEHOLDER
    numbers[rows["missing"]] = None
    status[wrong], status[rows["placeholder"]] = "nhs_number_invalid", "nhs_number_invalid"
    status[rows["missing"]], status[rows["unchecked"]] = "nhs_number_missing", "opt_out_unchecked"
    people["birth_date"][rows["impossible_birth_date"]] = _BIRTH_1844
    own = {"person_id", "nhs_number", "mrn", "phone", "address_line", "updated_at", "status"}
    own |= {"replaced_by_person_id", "merged_at"}
    # The chain is written from its end, so that all of it describes one person.
    for number, (duplicate, survivor) in reversed(list(enumerate(roles.merged))):
        for name in people.keys() - own:
            people[name][duplicate] = people[name][survivor]
        people["replaced_by_person_id"][duplicate] = people["person_id"][survivor]
        people["merged_at"][duplicate] = world.ends_at - (5 + number % 5) * DAY
        if number % 2 == 1:
            numbers[duplicate] = None
    return people


def spoil_rows(world: World, tables: dict[str, Frame], plain_person_ids: Column) -> tuple[dict[str, Frame], RowIds]:
    """Return the event tables with planted rows, and per defect and table the ids of the rows."""
    rng = world.stream(0, "rows")
    people = len(plain_person_ids)
    tests = [CODE_NO[code.key] for code in LABS]
    planned = {
        "measurement": {"duplicate": 3.0, "late": 3.0, "impossible_date": 3.0, "unknown_person": 1.5},
        "condition": {"duplicate": 1.0, "impossible_date": 1.0},
        "drug": {"duplicate": 1.0, "late": 1.0},
        "visit": {"duplicate": 1.0},
    }
    spoilt = dict(tables)
    keys: RowIds = {}
    for table, defects in planned.items():
        frame = {name: column.copy() for name, column in tables[table].items()}
        usable = np.isin(frame["person_id"], plain_person_ids)
        if table == "measurement":
            usable &= np.isin(frame["code_no"], tests)
        if table == "drug":
            # FHIR writes metformin as a request, which has no time of recording that could be late.
            usable &= frame["code_no"] != CODE_NO["metformin"]
        order = rng.permutation(np.flatnonzero(usable))
        for defect, per_1000 in defects.items():
            wanted = min(planted(people, per_1000), len(order))
            rows, order = order[:wanted], order[wanted:]
            frame = _spoil(frame, rows, defect=defect, ends_at=world.ends_at)
            keys.setdefault(defect, {})[table] = np.sort(frame[f"{table}_id"][rows]).tolist()
        spoilt[table] = frame
    return spoilt, keys


def _spoil(frame: Frame, rows: Column, *, defect: str, ends_at: int) -> Frame:
    if defect == "duplicate":
        return stack([frame, take(frame, rows)])
    if defect == "unknown_person":
        frame["person_id"][rows] = UNKNOWN_PERSON_ID + np.arange(len(rows))
        return frame
    happened = "event_at" if "event_at" in frame else "start_at"
    if defect == "late":
        days = 3 + np.arange(len(rows)) % 7
        frame["recorded_at"][rows] = np.minimum(frame[happened][rows] + days * DAY, ends_at - DAY)
        return frame
    time_of_day = frame[happened][rows] % DAY
    frame[happened][rows] = np.array(_IMPOSSIBLE)[np.arange(len(rows)) % len(_IMPOSSIBLE)] + time_of_day
    return frame


def _choose_merges(world: World, *, people: Frame, visits: Frame, free: Column) -> tuple[tuple[int, int], ...]:
    # The duplicate's visits all lie in the second half of the window and the survivor's in the first, so that
    # one person is never in two beds.
    count = height(people)
    middle = (world.starts_at + world.ends_at) // 2
    early, late = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    early[visits["person"][visits["end_at"] < middle]] = True
    late[visits["person"][visits["end_at"] >= middle]] = True
    adult_free = np.zeros(count, dtype=bool)
    adult_free[free] = True
    adult_free &= (ages(people, world) >= 20) & (people["death_at"] < 0)
    survivors = np.flatnonzero(adult_free & early & ~late)
    duplicates = np.flatnonzero(adult_free & late & ~early)
    unseen = np.flatnonzero(adult_free & ~early & ~late)
    wanted = min(planted(count, _MERGES_PER_1000), len(survivors), len(duplicates))
    pairs = list(zip(duplicates[:wanted].tolist(), survivors[:wanted].tolist(), strict=True))
    if pairs and len(unseen):
        # The first survivor is in turn a duplicate of somebody without events: a chain of two.
        pairs.insert(1, (pairs[0][1], int(unseen[0])))
    return tuple(pairs)
