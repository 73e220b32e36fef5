"""`cohortgate …`: argv, environment and exit codes, nothing else.

Exit codes: 0 done; 1 a stage failed; 2 wrong usage or configuration; 3 a gate refused; 4 a release does not verify.
"""

import os
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.launch import Outcome, StepEvent
    from orchestration.progress import Progress
    from orchestration.site import Site

FAILED, USAGE, REFUSED, UNVERIFIED = 1, 2, 3, 4
CONFIG = Path(__file__).parent.parent / "config"
DEMO = "DEMO"
SHAPES = ("omop", "fhir", "csv", "notes", "dicom", "optout")

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("COHORTGATE_HOME", ".cohortgate"),
    help="Data root: zones, keys, Dagster storage.  [default: $COHORTGATE_HOME or .cohortgate]",
)
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=lambda: os.environ.get("COHORTGATE_CONFIG", str(CONFIG)),
    help="Configuration folder.  [default: $COHORTGATE_CONFIG or the checkout's config/]",
)


class _Group(click.Group):
    """Commands whose own errors end in their message; an error that is not ours keeps its traceback."""

    def invoke(self, ctx: click.Context) -> object:
        from orchestration.errors import ConfigError, OrchestrationError
        from pseudonymisation.errors import PseudonymisationError

        try:
            return super().invoke(ctx)
        except (OrchestrationError, PseudonymisationError) as error:
            click.echo(str(error), err=True)
            sys.exit(USAGE if isinstance(error, ConfigError) else FAILED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="cohortgate")
def main() -> None:
    """Governed, signed evaluation datasets for AI in health, made inside the trust.

    \b
    cohortgate demo                     a synthetic trust, the whole job, two releases
    cohortgate run                      the whole job on the configured sources
    cohortgate verify RELEASE_FOLDER    is this release untouched?
    cohortgate ui                       the Dagster UI on loopback
    """
    os.umask(0o077)


@main.command()
@click.option("--patients", type=click.IntRange(100, 5_000_000), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--shapes", default=",".join(SHAPES), show_default=True, help="Which shapes to write, separated by commas."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the data.  [default: today]")
def synth(patients: int, seed: int, out: Path, shapes: str, as_of: object) -> None:
    """Write a synthetic London trust: the same people in every shape, with planted defects and their answer key.

    \b
    cohortgate synth --patients 2000 --seed 1 --out /tmp/trust
    cohortgate synth --patients 1000000 --seed 1 --out /data/trust --shapes omop,csv
    """
    from rich.console import Console

    from orchestration.progress import Progress

    wanted = frozenset(shapes.split(","))
    if unknown := sorted(wanted - set(SHAPES)):
        raise click.UsageError(f"unknown shape {', '.join(unknown)}; known: {', '.join(SHAPES)}")
    with Progress(Console()) as progress:
        _synthesise(out, patients, seed, wanted, as_of.date() if as_of else date.today(), progress)  # type: ignore[attr-defined]


@main.command()
@home_option
@config_option
def run(home: Path, config: Path) -> None:
    """Run the whole job: extract, pseudonymise, dbt, cohorts, gate, releases.

    \b
    COHORTGATE_HOME=/data/cohortgate COHORTGATE_CONFIG=/etc/cohortgate cohortgate run
    """
    from rich.console import Console

    from orchestration.progress import Progress

    console = Console()
    # From here on the folder may hold a trust's own data, which no demo may delete.
    (home / DEMO).unlink(missing_ok=True)
    site = _open(home, config)
    with Progress(console) as progress:
        outcome = _run(progress)
    sys.exit(_finish(console, site, outcome))


@main.command()
@click.option("--patients", type=click.IntRange(500, 1_000_000), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
@home_option
def demo(patients: int, seed: int, home: Path) -> None:
    """Make a synthetic trust and run the whole job on it, to two verified releases.

    \b
    cohortgate demo
    cohortgate demo --patients 5000 --home /tmp/demo
    """
    import shutil

    from rich.console import Console

    from orchestration.progress import Progress

    marker = home / DEMO
    if home.exists() and any(home.iterdir()) and not marker.exists():
        raise click.UsageError(f"{home} holds something that is not a demo; name another folder with --home")
    _make_writable(home)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    marker.write_text("A synthetic trust and its releases; `cohortgate demo` deletes and makes this folder anew.\n")
    console = Console()
    site = _open(home, CONFIG)
    with Progress(console) as progress:
        _synthesise(home / "synthetic", patients, seed, frozenset(SHAPES), date.today(), progress)
        outcome = _run(progress)
    sys.exit(_finish(console, site, outcome, next_steps=True))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--public-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The site's public key."
)
@home_option
def verify(folder: Path, public_key: Path | None, home: Path) -> None:
    """Say whether a release folder is untouched: exit code 0 only then.

    \b
    cohortgate verify .cohortgate/releases/sepsis-pilot/cohort_sepsis_onset/1.0.0
    cohortgate verify RELEASE --public-key signing.pub
    """
    from orchestration.release.verify import expiry_warnings
    from orchestration.release.verify import verify as verify_release

    key = public_key or home / "keys" / "signing.pub"
    if not key.is_file():
        raise click.UsageError(f"no public key at {key}; name the site's key with --public-key")
    problems = verify_release(folder, public_key=key.read_bytes())
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(UNVERIFIED)
    click.echo(f"{folder}: untouched and signed by {key}")
    for warning in expiry_warnings(folder, today=date.today()):
        click.echo(f"{folder}: {warning}", err=True)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option(
    "--read-only", is_flag=True, help="What an IG reviewer gets: nothing can be started, changed or reported."
)
@home_option
@config_option
def ui(port: int, read_only: bool, home: Path, config: Path) -> None:
    """Serve the Dagster UI on loopback.

    \b
    cohortgate ui --port 3001
    cohortgate ui --read-only
    """
    _open(home, config)
    arguments = ["-m", "orchestration.definitions", "--host", "127.0.0.1", "--port", str(port)]
    server = str(Path(sys.executable).with_name("dagster-webserver"))
    click.echo(f"http://127.0.0.1:{port}   (ctrl-c ends it)")
    os.execv(server, [server, *arguments, *(["--read-only"] if read_only else [])])


def _open(home: Path, config: Path) -> "Site":
    """Set the environment of everything below, and return the site."""
    from orchestration.launch import prepare_dagster_home
    from orchestration.site import open_site

    site = open_site(home, config, randomness=secrets.token_bytes)
    prepare_dagster_home(site.zones.dagster)
    os.environ.update(
        COHORTGATE_HOME=str(site.zones.home),
        COHORTGATE_CONFIG=str(config.resolve()),
        DAGSTER_HOME=str(site.zones.dagster),
        DAGSTER_REDACT_USER_CODE_ERRORS="1",
        DAGSTER_DISABLE_TELEMETRY="yes",
        GX_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
        TMPDIR=str(site.zones.spill),
    )
    return site


def _synthesise(out: Path, patients: int, seed: int, shapes: frozenset[str], as_of: date, progress: "Progress") -> None:
    from orchestration.duck import connect
    from orchestration.synth.generate import synthesise

    def report(stage: str, rows: int, seconds: float) -> None:
        progress.count(f"synth {stage}", rows)
        progress.finish(f"synth {stage}", seconds=seconds)

    synthesise(out, patients=patients, seed=seed, as_of=as_of, shapes=shapes, connect=connect, report=report)


def _run(progress: "Progress") -> "Outcome":
    from orchestration.launch import run_whole_path

    loading = "load_definitions"
    progress.start(loading)

    def show(event: "StepEvent") -> None:
        if not progress.is_finished(loading):
            progress.finish(loading)
        if event.kind == "start":
            progress.start(event.step)
        elif event.kind == "rows":
            progress.count(event.step, event.rows)
        else:
            progress.finish(event.step, failed=event.kind == "failed")

    return run_whole_path(show)


def _finish(console: "Console", site: "Site", outcome: "Outcome", *, next_steps: bool = False) -> int:
    """Print how a run ended, and return its exit code."""
    from orchestration.report import report

    report(console, site, outcome, verifier=Path(sys.executable).with_name("cohortgate") if next_steps else None)
    if outcome.succeeded:
        return 0
    return REFUSED if outcome.gate_refused else FAILED


def _make_writable(folder: Path) -> None:
    """Published folders are read-only; a demo's may be deleted."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


if __name__ == "__main__":
    main()
