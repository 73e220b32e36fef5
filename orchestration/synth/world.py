"""What all people of one synthetic trust share: the seed, the window of time, numbers and places.

One chunk of people is made from its own stream of random numbers, so a chunk does not depend on another's.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.synth.frame import DAY, Column, Frame
from orchestration.synth.identifiers import hospital_numbers, nhs_numbers
from orchestration.synth.names import NAMES
from orchestration.synth.reference import IMD_SHARE, PRACTICES, TRUSTS

CHUNK_PEOPLE = 25_000
WINDOW_DAYS = 730
# Nothing starts in the last days, so that results, codings and letters are also recorded before `as_of`.
TAIL_DAYS = 14

_POSTCODES_PER_DISTRICT = 80
_POSTCODES_PER_LSOA = 4
_INWARD_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
# No trust of ours lists the district SE3, so nobody else can live there.
_TRACE_POSTCODE = "SE3 7ZQ"


@dataclass(frozen=True)
class World:
    """One synthetic trust before any person is made."""

    seed: int
    patients: int
    as_of: date
    nhs_numbers: Column
    hospital_numbers: Column
    postcodes: Frame
    gps: Frame
    consultants: Frame

    @property
    def ends_at(self) -> int:
        """The moment of the extract, in seconds; every event is before it."""
        return (self.as_of - date(1970, 1, 1)).days * DAY

    @property
    def starts_at(self) -> int:
        """The earliest moment of any event, in seconds."""
        return self.ends_at - WINDOW_DAYS * DAY

    @property
    def chunks(self) -> int:
        """How many part files a table has."""
        return -(-self.patients // CHUNK_PEOPLE)

    def stream(self, chunk: int, topic: str) -> np.random.Generator:
        """Return the random numbers of one topic in one chunk; -1 is the world itself."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, chunk + 1, *topic.encode()]))


def make_world(*, patients: int, seed: int, as_of: date) -> World:
    """Return the world of one seed."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0]))
    # Some of those who are registered twice need a second number.
    spare = patients + CHUNK_PEOPLE // 100
    return World(
        seed=seed,
        patients=patients,
        as_of=as_of,
        nhs_numbers=nhs_numbers(rng, spare),
        hospital_numbers=hospital_numbers(rng, spare),
        postcodes=_make_postcodes(rng),
        gps=_make_doctors(rng, count=240),
        consultants=_make_doctors(rng, count=80),
    )


def _make_postcodes(rng: np.random.Generator) -> Frame:
    districts = [(district, number) for number, trust in enumerate(TRUSTS) for district in trust.districts.split()]
    outward, trust = zip(*(place for place in districts for _ in range(_POSTCODES_PER_DISTRICT)), strict=True)
    count = len(outward)
    suffix = np.concatenate([rng.choice(4000, _POSTCODES_PER_DISTRICT, replace=False) for _ in districts])
    pairs = suffix % 400
    inward = [
        f"{number % 10}{first}{second}"
        for number, first, second in zip(
            suffix // 400, _INWARD_LETTERS[pairs // 20], _INWARD_LETTERS[pairs % 20], strict=True
        )
    ]
    texts = [f"{left} {right}" for left, right in zip(outward, inward, strict=True)]
    lsoa = np.arange(count) // _POSTCODES_PER_LSOA
    deciles = rng.choice(np.arange(1, 11), size=lsoa[-1] + 1, p=np.array(IMD_SHARE))
    frame: Frame = {
        "postcode": np.array(texts, dtype=object),
        "lsoa_code": np.array([f"E01{800000 + number:06d}" for number in lsoa], dtype=object),
        "imd_decile": deciles[lsoa],
        "trust": np.array(trust, dtype=np.int64),
    }
    # The last postcode is the traced person's alone.
    last = {"postcode": _TRACE_POSTCODE, "lsoa_code": "E01899999", "imd_decile": 4, "trust": 1}
    return {name: np.append(column, np.array([last[name]], dtype=column.dtype)) for name, column in frame.items()}


def _make_doctors(rng: np.random.Generator, *, count: int) -> Frame:
    origins = list(NAMES)
    names = []
    for number in range(count):
        origin = NAMES[origins[int(rng.integers(len(origins)))]]
        given = (origin.male, origin.female)[number % 2]
        first, last = (names_of[int(rng.integers(len(names_of)))] for names_of in (given, origin.family))
        names.append(f"Dr {first} {last}")
    practices = [PRACTICES[number % len(PRACTICES)] for number in range(count)]
    trusts = np.arange(count) % len(TRUSTS)
    return {
        "name": np.array(names, dtype=object),
        "practice": np.array(practices, dtype=object),
        "trust": trusts.astype(np.int64),
    }
