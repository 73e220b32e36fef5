"""Show a long run as it goes: one line per stage with its rows and seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


@dataclass
class _Stage:
    name: str
    started: float
    rows: int = 0
    seconds: float | None = None
    failed: bool = False


@dataclass
class Progress:
    """A live table on a terminal, one printed line per finished stage elsewhere."""

    console: Console
    clock: Callable[[], float] = time.monotonic
    _stages: dict[str, _Stage] = field(default_factory=dict)
    _live: Live | None = None

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            self._live = Live(get_renderable=self._table, console=self.console, refresh_per_second=8, transient=False)
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.__exit__(kind, error, trace)

    def start(self, name: str) -> None:
        """A stage begins."""
        self._stages.setdefault(name, _Stage(name, self.clock()))

    def count(self, name: str, rows: int) -> None:
        """A stage has done so many rows more."""
        self.start(name)
        self._stages[name].rows += rows

    def finish(self, name: str, *, seconds: float | None = None, failed: bool = False) -> None:
        """A stage ends; `seconds` where it was timed elsewhere."""
        self.start(name)
        stage = self._stages[name]
        stage.seconds, stage.failed = self.clock() - stage.started if seconds is None else seconds, failed
        if not self._live:
            mark = "failed" if failed else "done"
            self.console.print(
                f"{stage.name:<32} {stage.rows:>12,} rows {stage.seconds:>7.1f} s  {mark}", highlight=False
            )

    def is_finished(self, name: str) -> bool:
        """Say whether a stage has ended."""
        return name in self._stages and self._stages[name].seconds is not None

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("stage", min_width=30)
        table.add_column("rows", justify="right", min_width=12)
        table.add_column("seconds", justify="right", min_width=8)
        table.add_column("")
        for stage in self._stages.values():
            seconds = self.clock() - stage.started if stage.seconds is None else stage.seconds
            mark = Spinner("dots") if stage.seconds is None else Text("failed" if stage.failed else "done")
            table.add_row(stage.name, f"{stage.rows:,}" if stage.rows else "", f"{seconds:.1f}", mark)
        return table
