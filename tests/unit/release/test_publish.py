"""Publishing: the gate decides, on the bytes that leave; a release is there whole or not at all."""

import json
import multiprocessing
import os
import stat
import tempfile
from pathlib import Path

import pytest

from orchestration.release import publish as publishing
from orchestration.release.errors import GateRefused, ReleaseDamaged, ReleaseError, ReleaseExists
from orchestration.release.verify import verify
from tests.lib.factories import gate_result, make_origin, make_request, make_signing_key
from tests.lib.publishing import make_home, make_tiny_candidate, passing, refusing, stopping_at


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path)


def steps_of(home) -> list[str]:
    """Return the steps of one publication, which is undone."""
    seen = []
    home.publish(step=seen.append)
    publishing._remove(home.releases)
    return seen


def problems(home) -> tuple[str, ...]:
    return verify(home.release, public_key=home.key.public_pem)


def test_a_candidate_that_passes_becomes_a_release_that_verifies(home):
    published = home.publish()

    assert published.path == home.release
    assert (published.rows, published.already) == (3, False)
    assert problems(home) == ()
    assert home.left_over() == []


def test_a_release_holds_data_card_gate_manifest_and_signature_and_nothing_else(home):
    home.publish()

    assert [path.relative_to(home.release).as_posix() for path in home.files()] == [
        *("card.html", "data/cohort.parquet", "datapackage.json", "manifest.json", "manifest.sig"),
        "validation/gate.json",
    ]


def test_a_release_is_read_only(home):
    home.publish()

    modes = {stat.S_IMODE(path.stat().st_mode) for path in home.files()}
    folders = [home.release, *(path for path in home.release.rglob("*") if path.is_dir())]
    assert modes == {0o444}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o555}


def test_the_gate_is_evaluated_on_the_staged_copy(home):
    seen = []

    def evaluate(files):
        seen.extend(files)
        return passing(files)

    home.publish(evaluate=evaluate)
    assert [path.is_relative_to(home.staging) for path in seen] == [True]


def test_a_refused_candidate_stays_in_quarantine_with_the_gates_result(home):
    with pytest.raises(GateRefused, match="rule_two") as refused:
        home.publish(evaluate=refusing)

    assert refused.value.rules == ("rule_two",)
    assert home.files() == []
    assert home.left_over() == []
    report = json.loads((home.folder / "quarantine/sepsis_onset/validation/gate.json").read_text())
    assert report["passed"] is False
    assert (home.folder / "quarantine/sepsis_onset/data/cohort.parquet").is_file()


def test_a_gate_that_evaluates_nothing_refuses(home):
    with pytest.raises(GateRefused, match="no rule was evaluated"):
        home.publish(evaluate=lambda files: gate_result(rules=()))
    assert home.files() == []


def test_a_gate_that_raises_publishes_nothing(home):
    def evaluate(files):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        home.publish(evaluate=evaluate)
    assert home.files() == []


def test_data_that_change_while_the_gate_looks_are_not_published(home):
    def evaluate(files):
        files[0].chmod(0o600)
        files[0].write_bytes(files[0].read_bytes() + b" ")
        return passing(files)

    with pytest.raises(ReleaseError, match="changed while"):
        home.publish(evaluate=evaluate)
    assert home.files() == []


def test_publishing_the_same_again_is_the_same_release(home):
    first, second = home.publish(), home.publish()

    assert (second.id, second.path) == (first.id, first.path)
    assert (first.already, second.already) == (False, True)
    assert home.left_over() == []
    assert problems(home) == ()


def test_the_same_content_has_the_same_id_at_another_site_and_time(home, tmp_path):
    other = make_home(tmp_path / "other")

    assert other.publish().id == home.publish().id
    assert other.release.joinpath("manifest.sig").read_bytes() == home.release.joinpath("manifest.sig").read_bytes()


def test_other_content_under_a_published_version_is_refused_and_says_what_to_do(home):
    first = home.publish()
    with pytest.raises(ReleaseExists, match="new version"):
        home.publish(rows=4)
    with pytest.raises(ReleaseExists, match="new version"):
        home.publish(origin=make_origin(make_request(purpose="Another")))

    assert home.publish().id == first.id


def test_another_version_stands_beside_the_first(home):
    home.publish()
    second = home.publish(rows=4, origin=make_origin(make_request(version="1.1.0")))

    assert second.path == home.release.with_name("1.1.0")
    assert verify(second.path, public_key=home.key.public_pem) == ()
    assert problems(home) == ()


def test_a_published_version_that_was_changed_is_reported_and_not_mended(home):
    home.publish()
    home.release.chmod(0o755)
    (home.release / "note.txt").touch()
    with pytest.raises(ReleaseDamaged, match="1 problems"):
        home.publish()
    assert (home.release / "note.txt").exists()


def test_a_release_signed_by_another_key_is_not_taken_for_the_same(home, tmp_path):
    home.publish()
    with pytest.raises(ReleaseDamaged):
        home.publish(signing_key=make_signing_key(tmp_path / "other", seed=2))


def test_a_candidate_without_its_data_is_refused(home):
    candidate = make_tiny_candidate(home.folder / "q", rows=1)
    candidate.paths[0].unlink()
    with pytest.raises(ReleaseError, match="make it again"):
        publishing.publish(
            candidate,
            origin=make_origin(),
            releases=home.releases,
            staging=home.staging,
            evaluate=passing,
            describe=lambda **known: {},
            signing_key=home.key,
        )


def test_a_candidate_that_is_no_parquet_is_refused(home):
    def damage(name):
        if name == "copy":
            (home.folder / "quarantine/sepsis_onset/data/cohort.parquet").write_bytes(b"PAR1")

    with pytest.raises(ReleaseError, match="cannot be read"):
        home.publish(step=damage)


def test_publishing_has_at_least_ten_steps(home):
    assert len(steps_of(home)) >= 10


@pytest.mark.parametrize("number", range(16))
def test_an_error_at_any_step_leaves_no_half_release_and_the_next_run_finishes(number, home):
    whole = home.publish().id
    publishing._remove(home.releases)

    def fail():
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        home.publish(step=stopping_at(number, fail))
    assert not home.release.exists() or problems(home) == ()

    assert home.publish().id == whole
    assert problems(home) == ()
    assert home.left_over() == []


@pytest.mark.parametrize("number", range(16))
def test_a_kill_at_any_step_leaves_no_half_release_and_the_next_run_finishes(number, home):
    whole = home.publish().id
    publishing._remove(home.releases)

    killed = os.fork()
    if killed == 0:
        home.publish(step=stopping_at(number, lambda: os._exit(9)))
        os._exit(0)
    _, status = os.waitpid(killed, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert not home.release.exists() or problems(home) == ()

    assert home.publish().id == whole
    assert problems(home) == ()
    assert home.left_over() == []


def test_the_steps_that_are_killed_are_all_the_steps(home):
    assert len(steps_of(home)) == 16


def test_the_manifest_and_its_signature_are_written_last(home):
    seen = {}
    home.publish(step=lambda name: seen.setdefault(name, {path.name for path in home.staging.rglob("*")}))

    assert "manifest.json" not in seen["manifest"]
    assert {"card.html", "gate.json", "datapackage.json", "cohort.parquet"} <= seen["manifest"]
    assert "manifest.sig" not in seen["sign"]


def test_publishers_at_the_same_time_make_one_release(tmp_path):
    home = make_home(tmp_path)
    make_tiny_candidate(tmp_path / "quarantine" / "sepsis_onset", rows=3)
    context = multiprocessing.get_context("fork")
    with context.Pool(4) as pool:
        already = pool.map(_publish_from_another_process, [home.folder] * 8)

    assert sorted(already) == [False] + [True] * 7
    assert problems(home) == ()


def _publish_from_another_process(folder) -> bool:
    from orchestration.release.candidate import Candidate
    from orchestration.release.signing import load_signing_key
    from tests.lib.publishing import Home, described

    home = Home(folder, load_signing_key(folder / "keys"))
    candidate = Candidate(folder / "quarantine" / "sepsis_onset", ("data/cohort.parquet",), 3, 3, "", ())
    return publishing.publish(
        candidate,
        origin=make_origin(),
        releases=home.releases,
        staging=home.staging,
        evaluate=passing,
        describe=described,
        signing_key=home.key,
    ).already


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who must obey file modes")
def test_somebody_who_must_obey_file_modes_can_publish_and_publish_again(home):
    # All imports happen here, because nobody may not read the folder that Python itself lies in.
    home.publish()
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        somebody = os.fork()
        if somebody == 0:
            os.setgid(65534)
            os.setuid(65534)
            other = make_home(Path(folder))
            done = not other.publish().already and other.publish().already and problems(other) == ()
            os._exit(0 if done else 1)
        _, status = os.waitpid(somebody, 0)
    assert os.waitstatus_to_exitcode(status) == 0
