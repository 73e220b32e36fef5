"""What must not happen, tried on a whole site: each refusal has its exit code, its words, and leaves nothing behind."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.zones import Zones
from tests.lib.trust import AS_OF, ROOT, Trust, synthetic_trust


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trust, str, int]:
    """A site whose policy asks for more people than there are, after one run."""
    trust = synthetic_trust(tmp_path_factory.mktemp("trust"), patients=300)
    trust.edit("policy.yaml", min_people=100_000)
    done = trust.run("run")
    return trust, done.printed, done.code


def published(trust: Trust) -> list[Path]:
    return list((trust.home / "releases").rglob("*"))


def pseudonymised(trust: Trust) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (trust.home / "pseudonymised").rglob("*.parquet")}


def dagster_command(trust: Trust, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "COHORTGATE_HOME": str(trust.home),
        "COHORTGATE_CONFIG": str(trust.config),
        "DAGSTER_HOME": str(trust.home / "dagster"),
        "DAGSTER_REDACT_USER_CODE_ERRORS": "1",
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), *arguments, "-m", "orchestration.definitions"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_failed_gate_names_its_rule_and_publishes_nothing(refused: tuple[Trust, str, int]) -> None:
    trust, printed, code = refused
    assert code == 3
    assert "gate refused: enough_people" in printed
    assert published(trust) == []
    assert (trust.home / "quarantine" / "sepsis_onset" / "data" / "cohort.parquet").is_file()


def test_running_the_release_alone_does_not_go_round_the_gate(refused: tuple[Trust, str, int]) -> None:
    trust, _, _ = refused
    done = dagster_command(trust, "asset", "materialize", "--select", "release_sepsis_onset")
    assert done.returncode != 0
    assert "the gate refused the release: enough_people" in done.stdout + done.stderr
    assert published(trust) == []


def test_a_forged_passing_check_opens_nothing(refused: tuple[Trust, str, int]) -> None:
    import dagster as dg

    trust, _, _ = refused
    with dg.DagsterInstance.from_config(str(trust.home / "dagster")) as instance:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("candidate_sepsis_onset"), check_name="gate", passed=True, metadata={}
            )
        )
    done = dagster_command(trust, "asset", "materialize", "--select", "release_sepsis_onset")
    assert done.returncode != 0
    assert published(trust) == []


@pytest.mark.parametrize("fault", ["absent", "stale", "empty", "not_subset"])
def test_an_opt_out_list_that_cannot_be_relied_on_stops_the_run(refused: tuple[Trust, str, int], fault: str) -> None:
    trust, _, _ = refused
    (answer,) = (trust.synthetic / "opt_out" / "response").glob("*.dat")
    content = answer.read_bytes()
    before = pseudonymised(trust)
    placed = answer
    if fault == "absent":
        answer.unlink()
    elif fault == "stale":
        mailbox, _, number = answer.stem.split("-")
        placed = answer.rename(answer.with_name(f"{mailbox}-{AS_OF - timedelta(days=22):%d%m%y}-{number}.dat"))
    else:
        answer.write_bytes(b"" if fault == "empty" else content + b"9990000018,\n")
    done = trust.run("run")
    placed.unlink(missing_ok=True)
    answer.write_bytes(content)
    assert done.code == 1, done.printed
    assert "opt-out list" in done.printed
    assert pseudonymised(trust) == before


@pytest.mark.parametrize("fault", ["missing", "other", "open to others"])
def test_a_key_that_must_not_be_used_writes_nothing(refused: tuple[Trust, str, int], fault: str) -> None:
    trust, _, _ = refused
    key = trust.home / "keys" / "site.key"
    content, before = key.read_text(), pseudonymised(trust)
    if fault == "missing":
        key.unlink()
    elif fault == "other":
        key.write_text("ab" * 32 + "\n")
    else:
        key.chmod(0o644)
    done = trust.run("run")
    key.write_text(content)
    key.chmod(0o600)
    assert done.code == 1, done.printed
    assert "key" in done.printed
    assert content.strip() not in done.printed
    assert pseudonymised(trust) == before


def test_wrong_configuration_is_told_before_anything_is_read(tmp_path: Path) -> None:
    trust = synthetic_trust(tmp_path, patients=100)
    trust.edit("requests/sepsis_onset.yaml", pilot="nobody", version="one")
    done = trust.run("run")
    assert done.code == 2
    assert "requests/sepsis_onset.yaml: version" in done.printed
    assert not trust.home.exists()


def test_two_runs_of_one_site_do_not_overlap(refused: tuple[Trust, str, int]) -> None:
    trust, _, _ = refused
    with Zones(trust.home).held():
        done = trust.run("run")
    assert done.code == 1
    assert "another run is writing here" in done.printed
