"""Run the whole job in this process, against the site's own Dagster storage, and say what happened."""

import logging
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import dagster as dg

DAGSTER_YAML = Path(__file__).parent.parent / "config" / "dagster.yaml"


@dataclass(frozen=True)
class StepEvent:
    """Something a reader of the progress table wants to know: a step started, counted rows, or ended."""

    step: str
    kind: str
    rows: int = 0


@dataclass
class Rows:
    """What became of the rows of all sources in one run: read = kept + rejected + withheld, by reason."""

    read: int = 0
    kept: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)

    def add(self, asset: str, metadata: Mapping[str, Any]) -> None:
        """Add one materialised table; what an adapter rejected was read before what the pseudonymiser saw."""
        values = {name: getattr(entry, "value", None) for name, entry in metadata.items()}
        if asset.startswith("raw_"):
            self.read += sum((values.get("rejected") or {}).values())
        if asset.startswith("pseudo_") and "read" in values:
            self.read += int(values["read"] or 0)
            self.kept += int(values["dagster/row_count"] or 0)
            self.withheld.update(values.get("withheld") or {})
        self.rejected.update(values.get("rejected") or {})


@dataclass(frozen=True)
class Outcome:
    """How one run of the job ended; `problems` are our own words, one per failed step or refused gate."""

    run_id: str
    succeeded: bool
    problems: tuple[str, ...]
    gate_refused: bool
    rows: Rows


def prepare_dagster_home(folder: Path) -> None:
    """Put our `dagster.yaml` into Dagster's home: no telemetry, no copies of what user code prints."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(DAGSTER_YAML, folder / "dagster.yaml")


def run_whole_path(on_event: Callable[[StepEvent], None]) -> Outcome:
    """Materialise everything and return how it ended; a later run starts where the data tells it to."""
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.defs.jobs import WHOLE_PATH

    # Dagster logs the masked traceback under this name; our message reaches the caller by the event instead.
    logging.getLogger("dagster.redacted_errors").addFilter(lambda record: False)
    run_id = str(uuid.uuid4())
    problems: list[str] = []
    refused: list[str] = []
    rows = Rows()

    def listen(entry: "dg.EventLogEntry") -> None:
        event = entry.dagster_event
        if event is None:
            return
        if event.is_step_start:
            on_event(StepEvent(str(event.step_key), "start"))
        elif event.is_step_success or event.is_step_failure:
            on_event(StepEvent(str(event.step_key), "done" if event.is_step_success else "failed"))
        if event.is_step_failure and not _is_check_failure(event):
            problems.append(_failure_words(event))
        if event.is_step_skipped:
            problems.append(f"{event.step_key}: skipped, because what it needs was not made")
        if event.is_step_materialization:
            made = event.step_materialization_data.materialization
            value = made.metadata.get("dagster/row_count")
            on_event(StepEvent(str(event.step_key), "rows", int(getattr(value, "value", 0) or 0)))
            rows.add(made.asset_key.to_user_string(), made.metadata)
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            if check.check_name == "gate" and not check.passed:
                refused.append(f"{check.asset_key.to_user_string()}: gate refused: {check.description}")

    try:
        job = defs().resolve_job_def(WHOLE_PATH)
    except dg.Failure as failure:
        return Outcome(run_id, False, (str(failure.description),), False, rows)
    with dg.DagsterInstance.get() as instance:
        instance.add_event_listener(run_id, listen)
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    return Outcome(run_id, result.success and not problems and not refused, (*refused, *problems), bool(refused), rows)


def _is_check_failure(event: "dg.DagsterEvent") -> bool:
    """A blocking check fails its step too; its own evaluation says more."""
    return "gate" in str(event.step_key) and event.step_failure_data.user_failure_data is None


def _failure_words(event: "dg.DagsterEvent") -> str:
    data = event.step_failure_data.user_failure_data
    error = event.step_failure_data.error
    where = error.cls_name if error else "an unknown error"
    outside = f"{where} outside our code; see the run in the Dagster UI"
    return f"{event.step_key}: {data.description if data and data.description else outside}"
