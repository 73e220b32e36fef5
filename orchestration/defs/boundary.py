"""The boundary between our code and Dagster, which stores and shows whatever crosses it."""

import os
import secrets
import traceback
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg

from expectations.errors import ExpectationsError
from orchestration.errors import OrchestrationError
from orchestration.site import CONFIG, Site, open_site
from pseudonymisation.errors import PseudonymisationError

Result = TypeVar("Result")

# Their messages are written by us and hold no value from a row; every other class may quote one.
SAFE_ERRORS = (OrchestrationError, PseudonymisationError, ExpectationsError)

OWNERS = ["team:data-engineering"]
REVIEWERS = ["team:information-governance"]


@cache
def current_site() -> Site:
    """Return the site that COHORTGATE_HOME and COHORTGATE_CONFIG name."""
    home = Path(os.environ.get("COHORTGATE_HOME", ".cohortgate"))
    return open_site(home, Path(os.environ.get("COHORTGATE_CONFIG", CONFIG)), randomness=secrets.token_bytes)


def today() -> date:
    """Return the day on which this run decides about expiry and the age of lists."""
    return date.today()


def guarded(stage: Callable[[], Result]) -> Result:
    """Return what a stage returns; whatever it raises arrives as a `Failure` without any value from a row."""
    try:
        return stage()
    except SAFE_ERRORS as error:
        message = str(error)
    except Exception as error:
        # The class and the places are ours or a library's; the words may quote a row.
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(_frames(error)))
        message = f"{type(error).__name__} in {places}; its words are withheld because they can quote a row"
    # Raised here, outside the handlers, so that Dagster finds no chain to store.
    raise dg.Failure(description=message, allow_retries=False)


def counts_metadata(rows: int, **counts: int | str | Mapping[str, int] | tuple[str, ...]) -> dict[str, Any]:
    """Return asset metadata made of counts and names; the row count under the key that Dagster's UI plots."""
    shown = {
        name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in counts.items()
        if value or value == 0
    }
    return {"dagster/row_count": rows, **shown}


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__)
    return list(frames)[-3:]
