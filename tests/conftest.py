"""Options and fixtures that tests of several folders share."""

import atexit
import os
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew; review the diff")


# DuckDB 2.0's bindings report 80 lines of "leaks" of their own while the interpreter ends, after the last result.
atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> "Golden":
    return Golden(Path(__file__).parent / "golden", update=request.config.getoption("--update-golden"))


class Golden:
    """Files that a change shows up in, as a diff in review."""

    def __init__(self, folder: Path, *, update: bool) -> None:
        self.folder, self.update = folder, update

    def check(self, name: str, text: str) -> None:
        path = self.folder / name
        if self.update:
            path.write_text(text)
        assert text == path.read_text(), f"tests/golden/{name} differs; if that is meant, run pytest --update-golden"
