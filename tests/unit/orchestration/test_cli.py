"""The command line at its edge: help, usage errors, and what a demo may delete."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*arguments])
    return done.exit_code, done.output


@pytest.mark.parametrize("command", ["synth", "run", "demo", "verify", "ui"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    code, printed = run(command, "--help")
    assert code == 0
    assert "cohortgate" in printed.split("Options:")[0].split("Usage:")[1].split("\n", 1)[1]


def test_a_demo_does_not_delete_a_folder_that_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("kept")
    code, printed = run("demo", "--home", str(tmp_path))
    assert code == 2
    assert "holds something that is not a demo" in printed
    assert (tmp_path / "patients.csv").read_text() == "kept"


def test_a_folder_in_which_a_run_was_started_is_no_demo_any_more(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "DEMO").write_text("")
    (tmp_path / "home" / "own data").write_text("kept")
    assert run("run", "--home", str(tmp_path / "home"), "--config", str(tmp_path))[0] == 2
    assert run("demo", "--home", str(tmp_path / "home"))[0] == 2
    assert (tmp_path / "home" / "own data").read_text() == "kept"


def test_an_unknown_shape_is_named_with_the_known_ones(tmp_path: Path) -> None:
    code, printed = run("synth", "--out", str(tmp_path / "trust"), "--shapes", "omop,hl7v2")
    assert code == 2
    assert "unknown shape hl7v2; known: omop, fhir" in printed


def test_a_folder_that_is_in_use_ends_in_a_message_and_not_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, printed = run("synth", "--patients", "100", "--out", str(tmp_path))
    assert code == 1
    assert "needs a folder of its own" in printed


def test_verifying_needs_a_key_and_says_how_to_give_one(tmp_path: Path) -> None:
    code, printed = run("verify", str(tmp_path), "--home", str(tmp_path))
    assert code == 2
    assert "--public-key" in printed


def test_a_folder_that_is_no_release_does_not_verify(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text("no key")
    code, _ = run("verify", str(tmp_path), "--public-key", str(tmp_path / "key.pub"))
    assert code == 4
