"""What is known of one patient, in every form in which a note may write it.

Names are looked for as words, numbers as their digits in a row whatever stands between them, the rest as it is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pseudonymisation.text_spans import Span, folded, visible

# Words stand between letters and digits of any script, since folding leaves other scripts as they are.
WORDS = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
PARTS = re.compile(r"['\-]")
DIGIT = re.compile(r"\d", re.ASCII)
DATES = (
    re.compile(r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})(?:[t ].*)?"),
    re.compile(r"(?P<day>[0-9]{1,2})[/.\-](?P<month>[0-9]{1,2})[/.\-](?P<year>[0-9]{4})(?: .*)?"),
)
# Characters that may stand between two digits of one number.
MAX_GAP = 3
MIN_NUMBER_DIGITS = 5

PERSON_KINDS = frozenset({"given_name", "family_name", "former_family_name", "next_of_kin", "gp_name"})
NUMBER_KINDS = {"nhs_number": "NHS", "mrn": "ID", "phone": "PHONE"}
# Parts of names, addresses and titles that name nobody.
COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        and apartment apt aunt ave avenue brother buildings carer center centre clinic close court cousin cres
        crescent ct dad dame daughter doctor dr drive east estate father flat floor for friend gardens gdns gp great
        green ground grove guardian health hill hospital house husband kin known lady lane little ln london lord
        lower mansions medical mews miss mother mr mrs ms mum mx neighbour nephew new next niece nil none north not
        nurse of old parade park partner pl place practice prof professor rd rev revd rise road room row sir sister
        son south spouse sq square st street surgery terrace the uncle unknown upper view walk way west wharf wife
        with
        """,
    )
)


@dataclass(frozen=True)
class Known:
    """The forms to look for: words, numbers by their digits, and pieces of text; each with what it is."""

    words: dict[str, str]
    numbers: dict[str, str]
    pieces: dict[str, str]


def known_from(identifiers: Iterable[tuple[str, str]]) -> Known:
    """Return the forms of what is known as (kind, value); a kind is one of the policies' `known_text`."""
    known = Known({}, {}, {})
    for kind, value in identifiers:
        text = folded(visible(value)).casefold().strip()
        if kind in PERSON_KINDS:
            known.words.update(dict.fromkeys(_name_words(text), "PERSON"))
        elif kind in NUMBER_KINDS:
            _add_number(known, text, NUMBER_KINDS[kind])
        elif kind == "birth_date":
            known.numbers.update(dict.fromkeys(_date_digits(text), "DATE"))
        elif kind == "postcode":
            _add_postcode(known, text)
        elif kind == "address_line":
            _add_address(known, text)
        elif len(text) >= MIN_NUMBER_DIGITS:
            known.pieces[text] = "EMAIL" if kind == "email" else "ID"
    return known


def find_known(text: str, known: Known) -> Iterator[Span]:
    """Yield where something known stands in a folded text."""
    lowered = text.lower()
    if known.words:
        yield from _words(lowered, known.words)
    if known.numbers:
        yield from _numbers(lowered, known.numbers)
    for piece, entity in known.pieces.items():
        start = lowered.find(piece)
        while start >= 0:
            yield Span(start, start + len(piece), entity)
            start = lowered.find(piece, start + len(piece))


def _words(text: str, words: dict[str, str]) -> Iterator[Span]:
    for match in WORDS.finditer(text):
        word = match.group()
        entity = words.get(word)
        if entity is None and not word.isalnum():
            # `quill's`, `o'brien`, `quill-smith`: any known part gives the whole away.
            parts = PARTS.split(word)
            entity = next((words[part] for part in [*parts, "".join(parts)] if part in words), None)
        if entity is not None:
            yield Span(*match.span(), entity)


def _numbers(text: str, numbers: dict[str, str]) -> Iterator[Span]:
    places = [match.start() for match in DIGIT.finditer(text)]
    digits = "".join(text[place] for place in places)
    for number, entity in numbers.items():
        found = digits.find(number)
        while found >= 0:
            inside = places[found : found + len(number)]
            if _is_one_number(text, inside):
                yield Span(inside[0], inside[-1] + 1, entity)
            found = digits.find(number, found + 1)


def _is_one_number(text: str, places: list[int]) -> bool:
    """Return whether digits stand close together, with no letter between them, and no digit touches them outside."""
    first, last = places[0], places[-1]
    if text[first - 1 : first].isdigit() or text[last + 1 : last + 2].isdigit():
        return False
    if last - first == len(places) - 1:
        return True
    gaps = pairwise(places)
    return all(
        right - left <= MAX_GAP + 1 and not any(between.isalnum() for between in text[left + 1 : right])
        for left, right in gaps
    )


def _name_words(text: str) -> Iterator[str]:
    for word in WORDS.findall(text):
        parts = PARTS.split(word)
        for part in [word, "".join(parts), *parts]:
            # One letter would take the whole text with it.
            if len(part) > 1 and part not in COMMON_WORDS:
                yield part


def _add_number(known: Known, text: str, entity: str) -> None:
    digits = "".join(DIGIT.findall(text))
    if entity == "PHONE":
        # With and without the country code.
        national = digits.removeprefix("0044").removeprefix("44").removeprefix("0")
        known.numbers.update({prefix + national: entity for prefix in ("", "0", "44", "0044") if len(national) > 6})
        return
    if len(digits) >= MIN_NUMBER_DIGITS:
        known.numbers[digits] = entity
    for word in WORDS.findall(text):
        if len(word) >= MIN_NUMBER_DIGITS:
            known.words[word] = entity


def _date_digits(text: str) -> Iterator[str]:
    """Yield the digits of a date in the orders in which dates are written, with and without leading zeros."""
    matched = next((found for form in DATES if (found := form.fullmatch(text))), None)
    if not matched:
        return
    year, month, day = matched["year"], matched["month"].zfill(2), matched["day"].zfill(2)
    for days in {day, day.lstrip("0")}:
        for months in {month, month.lstrip("0")}:
            for years in (year, year[2:]):
                yield from (days + months + years, months + days + years)
            yield from (year + months + days, year + days + months)


def _add_postcode(known: Known, text: str) -> None:
    compact = "".join(character for character in text if character.isalnum())
    if len(compact) < MIN_NUMBER_DIGITS:
        return
    outward, inward = compact[:-3], compact[-3:]
    known.words[compact] = "POSTCODE"
    known.pieces[f"{outward} {inward}"] = "POSTCODE"
    # Two characters can be anything: a heart sound, a stage, a vertebra.
    if len(outward) > 2:
        known.words[outward] = "POSTCODE"


def _add_address(known: Known, text: str) -> None:
    if len(text) >= MIN_NUMBER_DIGITS:
        known.pieces[text] = "LOCATION"
    for line in text.split(","):
        if len(line.strip()) >= MIN_NUMBER_DIGITS and any(character.isalpha() for character in line):
            known.pieces[line.strip()] = "LOCATION"
    for word in _name_words(text):
        if len(word) > 3 and word.isalpha():
            known.words[word] = "LOCATION"
