"""Numbers that identify nobody: NHS numbers of the range kept for tests, and hospital numbers.

Source: the range 999 000 0000 to 999 999 9999 and its neighbours below are never issued to a person
(PyPI `nhs-number`, region "synthetic"); the check digit is modulus 11 (NHS Data Dictionary, NHS NUMBER).
"""

import numpy as np

from orchestration.synth.frame import Column

_PER_BLOCK = 1_000_000
_USABLE_PER_BLOCK = 900_000
_TOP_BLOCK = 999
_WEIGHTS = np.arange(10, 1, -1)


def nhs_numbers(rng: np.random.Generator, count: int) -> Column:
    """Return distinct, valid, never issued NHS numbers in random order, as integers of ten digits."""
    blocks = -(-count // _USABLE_PER_BLOCK)
    first = (_TOP_BLOCK - blocks + 1) * _PER_BLOCK
    stems = np.arange(first, (_TOP_BLOCK + 1) * _PER_BLOCK, dtype=np.int64)
    check = check_digits(stems)
    numbers = stems[check < 10] * 10 + check[check < 10]
    numbers = numbers[~_is_palindrome(numbers)]
    # The highest numbers come first in need, so that up to 900,000 people all begin with 999.
    return rng.permutation(numbers[::-1][:count] if blocks > 1 else numbers)[:count]


def check_digits(stems: Column) -> Column:
    """Return the check digit of each nine-digit stem; 10 means that the stem is never used."""
    digits = (stems[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    remainder = 11 - (digits @ _WEIGHTS) % 11
    digits_found: Column = np.where(remainder == 11, 0, remainder)
    return digits_found


def with_wrong_check_digit(numbers: Column) -> Column:
    """Return the numbers with a last digit that is not their check digit."""
    wrong: Column = numbers // 10 * 10 + (numbers + 1) % 10
    return wrong


def hospital_numbers(rng: np.random.Generator, count: int) -> Column:
    """Return distinct seven-digit hospital numbers, without the letter of their trust."""
    return rng.choice(8_999_999, size=count, replace=False) + 1_000_000


def _is_palindrome(numbers: Column) -> Column:
    # 9999999999 and its like pass the check digit and are used as placeholders.
    digits = (numbers[:, None] // 10 ** np.arange(9, -1, -1)) % 10
    same: Column = (digits == digits[:, ::-1]).all(axis=1)
    return same
