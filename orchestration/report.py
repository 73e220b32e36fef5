"""How a run ended, in words: rows, releases, problems, and what to look at next."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from orchestration.launch import Outcome, Rows
    from orchestration.site import Site


def report(console: Console, site: "Site", outcome: "Outcome", *, verifier: Path | None) -> None:
    """Print what became of all rows, each release, each problem and, after a demo, what to look at next.

    Args:
        verifier: The command that verifies a release; given only where next steps are wanted.
    """
    from orchestration.release.stages import published

    releases = published(site)
    if outcome.rows.read:
        _say(console, f"\n{_rows_in_words(outcome.rows)}")
    if releases:
        rows = [(release.name, f"{release.rows:,}", release.gate, _short(release.path)) for release in releases]
        _say(console, "\n" + _table([("release", "rows", "gate", "path"), *rows]))
    if outcome.succeeded and not site.config.requests:
        _say(
            console, f"\nNo request is configured, so nothing was released. The models: {_short(site.zones.warehouse)}"
        )
    for problem in outcome.problems:
        console.print(problem, style="bold red", markup=False, highlight=False, soft_wrap=True)
    if verifier and outcome.succeeded and releases:
        first = _short(releases[0].path)
        _say(
            console,
            "\nWhat to look at next:\n"
            "  make ui                      the run, its checks and the graph in Dagster\n"
            f"  open {first}/card.html\n"
            f"  {_short(verifier)} verify {first} "
            f"--public-key {_short(site.zones.keys / 'signing.pub')}",
        )


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _short(path: Path) -> str:
    """Return a path as one would type it here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def _rows_in_words(rows: "Rows") -> str:
    rejected, withheld = rows.rejected.total(), rows.withheld.total()
    lines = [f"rows read {rows.read:,} = kept {rows.kept:,} + rejected {rejected:,} + withheld {withheld:,}"]
    for name, reasons in (("rejected", rows.rejected), ("withheld", rows.withheld)):
        if reasons:
            lines.append(f"  {name}: " + ", ".join(f"{reason} {count:,}" for reason, count in reasons.most_common()))
    return "\n".join(lines)
