"""Who the people are: names, birth, sex, ethnic category, address, numbers.

Nothing clinical happens here. People who are registered twice, opted out or without a valid NHS number are
made by `defects`, which rewrites rows of this frame.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from orchestration.synth.frame import NO_TIME, Column, Frame, kept
from orchestration.synth.names import NAMES
from orchestration.synth.reference import AGE_SHARE, ETHNIC_SHARE, NAME_ORIGINS, SEX_SHARE, STREETS, TRUSTS
from orchestration.synth.world import CHUNK_PEOPLE, World

# The designated person whose traces a test looks for: position in chunk 0, and names nobody else bears.
TRACE_ROW = 7
TRACE_GIVEN_NAME = "Zephyrine"
TRACE_FAMILY_NAME = "Brindlewacke"

_TITLES = {"1": ("Mr", "Mr", "Mr", "Dr"), "2": ("Mrs", "Ms", "Miss", "Mrs"), "9": ("Mx",) * 4, "X": ("Mx",) * 4}
# These letters have no decomposition in Unicode.
_WITHOUT_MARK = str.maketrans({"Ł": "L", "ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"})
_MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example.co.uk")


def make_people(world: World, chunk: int) -> Frame:
    """Return one row per registration of one chunk; ids continue from chunk to chunk."""
    rng = world.stream(chunk, "people")
    first = chunk * CHUNK_PEOPLE
    count = min(CHUNK_PEOPLE, world.patients - first)
    home = _homes(rng, world, count)
    if chunk == 0 and count > TRACE_ROW:
        home[TRACE_ROW] = len(world.postcodes["postcode"]) - 1
    gp = rng.integers(0, len(world.gps["name"]), count)
    trust = world.postcodes["trust"][home]
    letters = np.array([known.letter for known in TRUSTS], dtype=object)
    frame: Frame = {
        "person_id": np.arange(first + 1, first + count + 1, dtype=np.int64),
        "nhs_number": world.nhs_numbers[first : first + count].astype(str).astype(object),
        "mrn": letters[trust] + world.hospital_numbers[first : first + count].astype(str).astype(object),
        **_demographics(rng, world, count),
        "trust": trust,
        "address_line": _addresses(rng, count),
        "postcode": world.postcodes["postcode"][home],
        "location_id": home.astype(np.int64) + 1,
        "gp_name": world.gps["name"][gp],
        "gp_practice": world.gps["practice"][gp],
        "updated_at": np.full(count, world.starts_at, dtype=np.int64) + rng.integers(0, 700, count) * 86400,
        "replaced_by_person_id": np.zeros(count, dtype=np.int64),
        "merged_at": np.full(count, NO_TIME),
        "status": np.full(count, "permitted", dtype=object),
    }
    frame |= _contacts(rng, frame)
    return frame


def pick(rng: np.random.Generator, values: Sequence[Any], shares: Sequence[float], *, size: int) -> Column:
    """Return `size` values drawn with the given shares, which need not sum to one."""
    weights = np.array(shares, dtype=float)
    drawn = rng.choice(len(values), size=size, p=weights / weights.sum())
    return np.array(values, dtype=object)[drawn]


def ages(people: Frame, world: World) -> Column:
    """Return each person's age in whole years at the extract, near enough to choose what happens to them."""
    return (world.ends_at // 86400 - people["birth_date"]) // 365.25


def _homes(rng: np.random.Generator, world: World, count: int) -> Column:
    return rng.integers(0, len(world.postcodes["postcode"]) - 1, count)


def _demographics(rng: np.random.Generator, world: World, count: int) -> Frame:
    sex = pick(rng, list(SEX_SHARE), list(SEX_SHARE.values()), size=count)
    ethnic = pick(rng, list(ETHNIC_SHARE), list(ETHNIC_SHARE.values()), size=count)
    band = rng.choice(len(AGE_SHARE), size=count, p=np.array([share for _, _, share in AGE_SHARE]))
    low, high = (np.array([limits[side] for limits in AGE_SHARE])[band] for side in (0, 1))
    age_days = ((low + rng.random(count) * (high + 1 - low)) * 365.25).astype(np.int64)
    birth = world.ends_at // 86400 - np.maximum(age_days, 800)
    title_no = rng.integers(0, 4, count)
    if count > TRACE_ROW:
        sex[TRACE_ROW], ethnic[TRACE_ROW] = "2", "A"
        birth[TRACE_ROW] = (date(world.as_of.year - 62, 3, 17) - date(1970, 1, 1)).days
    return {
        "title": np.array([_TITLES[code][number] for code, number in zip(sex, title_no, strict=True)], dtype=object),
        "sex_code": sex,
        "birth_date": birth,
        "ethnic_category": ethnic,
        **_names(rng, sex, ethnic),
    }


def _names(rng: np.random.Generator, sex: Column, ethnic: Column) -> Frame:
    count = len(sex)
    given, family, second = (np.empty(count, dtype=object) for _ in range(3))
    origin = np.empty(count, dtype=object)
    for category, weights in NAME_ORIGINS.items():
        rows = np.flatnonzero(ethnic == category)
        names, shares = zip(*weights, strict=True)
        origin[rows] = pick(rng, names, shares, size=len(rows))
    male = (sex == "1") | ((sex != "2") & (rng.random(count) < 0.5))
    for name, lists in NAMES.items():
        rows = np.flatnonzero(origin == name)
        for chosen, given_names in ((rows[male[rows]], lists.male), (rows[~male[rows]], lists.female)):
            given[chosen] = np.array(given_names, dtype=object)[rng.integers(0, len(given_names), len(chosen))]
        for names_of_rows in (family, second):
            names_of_rows[rows] = np.array(lists.family, dtype=object)[rng.integers(0, len(lists.family), len(rows))]
    hyphenated = rng.random(count) < 0.03
    family[hyphenated] = family[hyphenated] + "-" + second[hyphenated]
    renamed = ~male & ~hyphenated & (rng.random(count) < 0.12)
    return {
        "given_name": given,
        "family_name": family,
        "former_family_name": kept(second, renamed & (family != second)),
    }


def _addresses(rng: np.random.Generator, count: int) -> Column:
    house = rng.integers(1, 240, count)
    flat = rng.integers(-60, 41, count)
    street = np.array(STREETS, dtype=object)[rng.integers(0, len(STREETS), count)]
    parts = zip(house, flat, street, strict=True)
    return np.array(
        [f"Flat {door}, {number} {road}" if door > 0 else f"{number} {road}" for number, door, road in parts],
        dtype=object,
    )


def _contacts(rng: np.random.Generator, people: Frame) -> Frame:
    count = len(people["person_id"])
    given, family = people["given_name"], people["family_name"]
    if people["person_id"][0] == 1 and count > TRACE_ROW:
        given[TRACE_ROW], family[TRACE_ROW] = TRACE_GIVEN_NAME, TRACE_FAMILY_NAME
    digits = rng.integers(0, 1000, count)
    # Ofcom keeps 07700 900000-900999 and 020 7946 0000-0999 for drama; nobody is ever rung there.
    forms = ("07700 900{:03d}", "07700900{:03d}", "+44 7700 900{:03d}", "020 7946 0{:03d}")
    phone = [forms[form].format(number) for form, number in zip(rng.integers(0, 4, count), digits, strict=True)]
    hosts = rng.integers(0, len(_MAIL_HOSTS), count)
    mail = [
        f"{_ascii(first)}.{_ascii(last)}{number % 100}@{_MAIL_HOSTS[host]}"
        for first, last, number, host in zip(given, family, digits, hosts, strict=True)
    ]
    relative = rng.permutation(given)
    relation = np.array(("spouse", "partner", "parent", "sibling", "friend", "neighbour"), dtype=object)
    # The traced person's relative keeps that rare name too; nobody else's record mentions it.
    kin = np.where(rng.random(count) < 0.65, family, np.roll(family, 1))
    kin = np.where(kin == TRACE_FAMILY_NAME, family, kin)
    relative = np.where(relative == TRACE_GIVEN_NAME, "Rowan", relative)
    return {
        "phone": np.array(phone, dtype=object),
        "email": kept(np.array(mail, dtype=object), rng.random(count) < 0.7),
        "next_of_kin": relative + " " + kin,
        "next_of_kin_relation": relation[rng.integers(0, len(relation), count)],
    }


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_WITHOUT_MARK))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalpha())
