"""Free text without the people in it: the only module that knows Presidio, and where its American names stop.

What is known of a patient is looked for first; patterns find what nobody knew. A placeholder says what stood there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PLACEHOLDERS = ("PERSON", "DATE", "NHS", "POSTCODE", "PHONE", "EMAIL", "ID", "URL", "LOCATION")


@dataclass(frozen=True)
class PersonNotes:
    """The distinct notes of one person, and what is known of that person as (kind, value).

    A kind is a name of the policy's `known_text`: given_name, address_line, birth_date …
    """

    known: tuple[tuple[str, str], ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)


def clean_notes(notes: Iterable[PersonNotes], *, workers: int) -> Iterator[tuple[str, ...]]:
    """Yield the cleaned texts of each person, in the order of `notes`.

    Args:
        workers: Processes to clean in; few notes are cleaned in this process.

    Raises:
        TextError: A worker failed; the message says nothing of the note.
    """
    raise NotImplementedError
