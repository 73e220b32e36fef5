"""Where something identifying stands in a text, and texts in the form in which it is looked for."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Among these is what a reader does not see and what splits a number or a name for every pattern: control characters,
# soft hyphens, joiners, marks of direction, byte order marks.
UNUSUAL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]|[^\x00-\x7f]")
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad"
QUOTES = "\u2018\u2019\u201b\u2032\u02bc\u02bb\uff07\u0060\u00b4"


# What a place is called where two findings cover the same stretch: the earlier says more.
PLACEHOLDERS = ("NHS", "EMAIL", "URL", "POSTCODE", "PHONE", "DATE", "ID", "PERSON", "LOCATION")


@dataclass(frozen=True)
class Span:
    """A stretch of a text, from `start` up to `end`, and what stands there: one of `PLACEHOLDERS`."""

    start: int
    end: int
    entity: str


def visible(text: str) -> str:
    """Return a text without invisible characters, each letter with its accents as one character."""
    return UNUSUAL.sub(_shown, text if text.isascii() else unicodedata.normalize("NFC", text))


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    if character.isprintable():
        return character
    # A space that is not the plain one is not printable to Python, but it is seen.
    return " " if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc") else ""


def folded(text: str) -> str:
    """Return a text of the same length in ASCII as far as can be: no accents, plain digits, dashes and quotes."""
    return text if text.isascii() else NOT_ASCII.sub(_folded, text)


def _folded(found: re.Match[str]) -> str:
    character = found.group()
    if character in DASHES:
        return "-"
    if character in QUOTES:
        return "'"
    if character.isspace():
        return " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() and base.isalnum() else LETTERS.get(character, character)


# Letters that are not a plain one with a mark.
LETTERS = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "\u0131": "i", "ħ": "h", "Ħ": "H"}


def disjoint(spans: Iterable[Span]) -> list[Span]:
    """Return spans that cover what these cover and do not overlap; of two that do, the longer one names the place.

    Neighbours of one kind are one span.
    """
    found: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end, PLACEHOLDERS.index(span.entity))):
        length = span.end - span.start
        if not found or span.start > found[-1].end or (span.start == found[-1].end and span.entity != found[-1].entity):
            found.append(span)
            longest = length
            continue
        last = found[-1]
        entity, longest = (span.entity, length) if length > longest else (last.entity, longest)
        found[-1] = Span(last.start, max(last.end, span.end), entity)
    return found
