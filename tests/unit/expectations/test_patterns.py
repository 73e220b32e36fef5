"""The gate's own eye for identifiers: each as people write it, and what only looks like one."""

import random

import duckdb
import pytest

from expectations import patterns
from expectations.sql import literal

NHS_NUMBERS = (
    "9434765919", "943 476 5919", "943-476-5919", "943.476.5919", "943/476/5919", "NHSNo9434765919x",
    "1234567890 9434765919", "12, 9434765919", "\uff19\uff14\uff13\uff14\uff17\uff16\uff15\uff19\uff11\uff19",
    "943\u00a0476\u00a05919", "943\u2013476\u20135919", "94\u200b3476\u200b5919", "943_476_5919", "943\n476\n5919",
)  # fmt: skip
OTHERS = (
    "SE1 7EH", "se17eh", "W1A 1AA", "EC1A 1BB", "lives at M1 1AE now", "GIR 0AA", "SE1  7EH",
    "jo.bloggs@example.nhs.uk", "Jo <jo@nhs.net>", "o'neil+x@a-b.co.uk",
    "07700 900123", "020 7946 0958", "(020) 7946 0958", "+44 7700 900123", "+44 (0)20 7946 0958", "0044 20 7946 0958",
    "ring 07700900123 today", "01632 960 001", "AB 12 34 56 C", "ab123456c",
)  # fmt: skip
HARMLESS = (
    "1234567890", "943476591", "94347659190", "943 476 59199", "type_1", "R3A", "RJ1", "18-24", "90+", "A", "99",
    "2.25.329800735698586629295641978511506172918", "44054006", "8867-4", "urn:example:1", "none",
    "Q1 7EH", "S E1", "a@b", "0 1 2 3",
)  # fmt: skip
DATES = (
    "2024-02-29", "2024/2/9", "29.02.2024", "9/2/2024", "20240229", "seen 1999-12-31 late", "2024-02-29T10:00:00Z",
)  # fmt: skip
NO_DATES = ("2024", "2024-13-01", "99-01-01", "20241301", "120240229", "75-84", "3.5")


def holds(condition: str, text: str) -> bool:
    query = (
        f"select {condition} from (select {patterns.readable('value')} as text from (select {literal(text)} as value))"
    )
    return duckdb.sql(query).fetchall()[0][0]


@pytest.mark.parametrize("number", range(len(NHS_NUMBERS)))
def test_a_valid_nhs_number_is_found_however_it_is_written(number):
    assert holds(patterns.holds_nhs_number(), NHS_NUMBERS[number])


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_a_postcode_an_address_and_a_phone_number_are_found(number):
    assert holds(patterns.holds_identifier(), OTHERS[number])


@pytest.mark.parametrize("number", range(len(HARMLESS)))
def test_codes_bands_and_other_numbers_are_no_identifiers(number):
    assert not holds(patterns.holds_identifier(), HARMLESS[number])


@pytest.mark.parametrize("number", range(len(DATES)))
def test_a_calendar_date_is_found(number):
    assert holds(patterns.holds_date(), DATES[number])


@pytest.mark.parametrize("number", range(len(NO_DATES)))
def test_what_is_no_calendar_date_is_not_found(number):
    assert not holds(patterns.holds_date(), NO_DATES[number])


def test_modulus_eleven_agrees_with_the_definition_on_random_numbers():
    numbers = [random.Random(7).randrange(10**10) for _ in range(5000)]
    query = f"select {patterns.is_mod_11('number')} from (select unnest(?) as number)"
    found = [valid for (valid,) in duckdb.execute(query, [numbers]).fetchall()]

    assert found == [is_valid(f"{number:010}") for number in numbers]


def is_valid(number: str) -> bool:
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False)) % 11
    return {11: 0}.get(remainder, remainder) == int(number[9])
