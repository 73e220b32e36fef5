"""Free text without the people in it: the only module that knows Presidio, and where its American names stop.

What is known of a patient is looked for first; patterns find what nobody knew. A placeholder says what stood there.
No language model: the engine runs on patterns alone, offline, and leaves no trace of a text in a log.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from pseudonymisation.errors import TextError
from pseudonymisation.text_known import find_known, known_from
from pseudonymisation.text_patterns import PATTERNS, find_patterns
from pseudonymisation.text_spans import PLACEHOLDERS, Span, disjoint, folded, visible

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, LocalRecognizer
    from presidio_anonymizer import AnonymizerEngine

# A longer text is looked at in windows, because the time Presidio takes grows with the square of what it finds. They
# overlap by more than any pattern of several words needs, and end where a word ends unless it is no word at all.
WINDOW = 8_000
OVERLAP = 1_000
SPACE = re.compile(r"\s")
CHARACTERS_IN_A_BATCH = 200_000
# Below this a process that has to import Presidio first would take longer than the cleaning.
FEW_CHARACTERS = 3_000_000
BATCHES_PER_WORKER = 100


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
    batches = _batches(notes)
    first: list[list[PersonNotes]] = []
    for batch in batches:
        first.append(batch)
        if len(first) * CHARACTERS_IN_A_BATCH > FEW_CHARACTERS:
            yield from _clean_in_workers(first, batches, workers=workers)
            return
    for batch in first:
        yield from _clean_batch(batch)


def _batches(notes: Iterable[PersonNotes]) -> Iterator[list[PersonNotes]]:
    batch: list[PersonNotes] = []
    characters = 0
    for person in notes:
        batch.append(person)
        characters += sum(map(len, person.texts))
        if characters >= CHARACTERS_IN_A_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _clean_in_workers(
    first: list[list[PersonNotes]], rest: Iterator[list[PersonNotes]], *, workers: int
) -> Iterator[tuple[str, ...]]:
    pending: deque[Future[list[tuple[str, ...]]]] = deque()
    # New processes, so that no open file or connection of this one is theirs; recycled, so that none grows.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=BATCHES_PER_WORKER) as pool:
        for batches in (first, rest):
            for batch in batches:
                pending.append(pool.submit(_clean_batch, batch))
                # Few under way at a time, so that memory does not grow with the number of notes.
                if len(pending) > 2 * workers:
                    yield from _result(pending.popleft())
        while pending:
            yield from _result(pending.popleft())


def _result(future: "Future[list[tuple[str, ...]]]") -> list[tuple[str, ...]]:
    try:
        return future.result()
    except TextError:
        raise
    except Exception:
        raise TextError("notes: a process that cleans them was stopped; nothing was passed on, run again") from None


def _clean_batch(batch: list[PersonNotes]) -> list[tuple[str, ...]]:
    try:
        return [clean_person(person) for person in batch]
    except Exception:
        # What a library says about a text it cannot handle can quote it.
        raise TextError("notes: one could not be cleaned, so none of its batch was passed on") from None


def clean_person(person: PersonNotes) -> tuple[str, ...]:
    """Return the cleaned texts of one person."""
    known = known_from(person.known)
    recogniser = _recogniser("known", PLACEHOLDERS, lambda text: find_known(text, known)) if person.known else None
    return tuple(_clean(visible(text), recogniser) for text in person.texts)


def _clean(text: str, known: "LocalRecognizer | None") -> str:
    from presidio_anonymizer.entities import RecognizerResult

    spans = disjoint(span for start, end in _windows(text) for span in _found(text, start, end, known))
    if not spans:
        return text
    results = [RecognizerResult(span.entity, span.start, span.end, 1.0) for span in spans]
    # Presidio's default operator writes the entity in angle brackets, and takes neighbours of one kind together.
    return _anonymiser().anonymize(text, results).text


def _windows(text: str) -> Iterator[tuple[int, int]]:
    start = end = 0
    while end < len(text):
        space = SPACE.search(text, start + WINDOW, start + WINDOW + OVERLAP)
        end = space.start() if space else min(start + WINDOW + OVERLAP, len(text))
        yield start, end
        start = end - OVERLAP


def _found(text: str, start: int, end: int, known: "LocalRecognizer | None") -> Iterator[Span]:
    results = _analyser().analyze(
        folded(text[start:end]),
        language="en",
        entities=list(PLACEHOLDERS),
        ad_hoc_recognizers=[known] if known else None,
        nlp_artifacts=_nothing_parsed(),
    )
    return (Span(start + result.start, start + result.end, result.entity_type) for result in results)


@cache
def _anonymiser() -> "AnonymizerEngine":
    from presidio_anonymizer import AnonymizerEngine

    return AnonymizerEngine()  # type: ignore[no-untyped-call]  # Presidio's constructor has no annotations.


@cache
def _analyser() -> "AnalyzerEngine":
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    recognisers = [_recogniser(entity, (entity,), partial(find_patterns, entity=entity)) for entity in PATTERNS]
    # A registry that is not empty keeps Presidio from loading recognisers of its own, some of which ask the network.
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognisers, supported_languages=["en"]),
        nlp_engine=_no_nlp_engine(),
        context_aware_enhancer=_no_enhancer(),
        supported_languages=["en"],
        log_decision_process=False,
    )


@cache
def _nothing_parsed() -> Any:
    from presidio_analyzer.nlp_engine import NlpArtifacts

    nothing: Any = []
    return NlpArtifacts(nothing, nothing, nothing, nothing, _no_nlp_engine(), "en")


@cache
def _no_nlp_engine() -> Any:
    """Return the engine that Presidio insists on, with nothing in it."""
    from presidio_analyzer.nlp_engine import NlpEngine

    class NoNlpEngine(NlpEngine):
        def load(self) -> None: ...

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            return _nothing_parsed()

        def process_batch(
            self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
        ) -> Iterator[tuple[str, Any]]:
            return ((text, _nothing_parsed()) for text in texts)

        def is_stopword(self, word: str, language: str) -> bool:
            return False

        def is_punct(self, word: str, language: str) -> bool:
            return False

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return ["en"]

    return NoNlpEngine()


@cache
def _no_enhancer() -> Any:
    """Return a context enhancer that leaves results alone; the default one copies each of them."""
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

    class NoEnhancer(ContextAwareEnhancer):
        def enhance_using_context(self, text: str, raw_results: list[Any], *_: Any, **__: Any) -> list[Any]:
            return raw_results

    return NoEnhancer(0, 0, 0, 0)


@cache
def _recogniser_class() -> Any:
    """Return the class of our recognisers.

    Not Presidio's PatternRecognizer: when a pattern takes too long, that one logs it and goes on without.
    """
    from presidio_analyzer import LocalRecognizer, RecognizerResult

    class SpanRecogniser(LocalRecognizer):
        def __init__(self, name: str, entities: tuple[str, ...], find: Callable[[str], Iterable[Span]]) -> None:
            super().__init__(supported_entities=list(entities), name=name, supported_language="en")
            self.find = find

        def load(self) -> None: ...

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            return [RecognizerResult(span.entity, span.start, span.end, 1.0) for span in disjoint(self.find(text))]

    return SpanRecogniser


def _recogniser(name: str, entities: tuple[str, ...], find: Callable[[str], Iterable[Span]]) -> "LocalRecognizer":
    recogniser: LocalRecognizer = _recogniser_class()(name, entities, find)
    return recogniser
