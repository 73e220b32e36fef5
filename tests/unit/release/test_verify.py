"""Verification: whatever is done to a release folder, it is seen."""

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.release.manifest import canonical
from orchestration.release.verify import expiry_warnings, verify
from tests.lib.factories import make_origin, make_request, make_signing_key
from tests.lib.publishing import make_home

FILES = (
    "card.html", "data/cohort.parquet", "datapackage.json", "manifest.json", "manifest.sig", "validation/gate.json",
)  # fmt: skip


@pytest.fixture
def home(tmp_path):
    home = make_home(tmp_path)
    home.publish()
    for place, _, names in os.walk(home.release):
        Path(place).chmod(0o755)
        for name in names:
            (Path(place) / name).chmod(0o644)
    return home


def check(home) -> tuple[str, ...]:
    return verify(home.release, public_key=home.key.public_pem)


def test_an_untouched_release_has_no_problems(home):
    assert check(home) == ()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.999])
def test_one_changed_bit_of_any_file_is_seen(name, place, home):
    path = home.release / name
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)

    assert check(home)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_seen(name, home):
    (home.release / name).unlink()
    assert check(home)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_or_lengthened_is_seen(name, home):
    path = home.release / name
    whole = path.read_bytes()
    for content in (b"", whole[:-1], whole + b"\n"):
        path.write_bytes(content)
        assert check(home)


@pytest.mark.parametrize("name", FILES)
def test_a_renamed_file_is_seen(name, home):
    (home.release / name).rename(home.release / f"{name}.old")
    assert check(home)


@pytest.mark.parametrize("name", ["note.txt", "data/more.parquet", ".hidden", "manifest.json.bak"])
def test_an_added_file_is_seen_by_name(name, home):
    (home.release / name).touch()
    assert check(home) == (f"{name}: is not in the manifest",)


def test_an_added_folder_is_seen(home):
    (home.release / "more").mkdir()
    assert check(home) == ("more: is an empty folder, and no release has one",)


def test_a_link_in_place_of_a_file_is_seen_though_its_content_is_right(home, tmp_path):
    path = home.release / "card.html"
    shutil.move(path, tmp_path / "card.html")
    path.symlink_to(tmp_path / "card.html")

    assert "card.html: is neither a file nor a folder" in check(home)


def test_two_files_in_each_others_place_are_seen(home):
    one, other = home.release / "card.html", home.release / "datapackage.json"
    one_content, other_content = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_content)
    other.write_bytes(one_content)

    assert len(check(home)) == 2


def test_a_release_in_the_place_of_another_is_seen(home):
    home.publish(rows=4, origin=make_origin(make_request(version="1.1.0")))
    home.release.rename(home.release.with_name("0"))
    home.release.with_name("1.1.0").rename(home.release)

    assert [problem.split(":")[0] for problem in check(home)] == ["manifest.json"]


def test_a_copy_that_keeps_its_three_folder_names_verifies_anywhere(home, tmp_path):
    copy = tmp_path / "elsewhere" / "sepsis-pilot" / "cohort_sepsis_onset" / "1.0.0"
    shutil.copytree(home.release, copy)

    assert verify(copy, public_key=home.key.public_pem) == ()


def test_a_manifest_written_anew_for_other_content_is_seen(home):
    (home.release / "card.html").write_bytes(b"another card")
    path = home.release / "manifest.json"
    manifest = json.loads(path.read_bytes())
    import hashlib

    manifest["files"]["card.html"] = {"sha256": hashlib.sha256(b"another card").hexdigest(), "bytes": 12}
    path.write_bytes(canonical(manifest))

    assert [problem.split(":")[0] for problem in check(home)] == ["manifest.sig"]


def test_a_release_signed_anew_by_another_key_is_seen(home, tmp_path):
    other = make_signing_key(tmp_path / "other", seed=2)
    signature = other.sign((home.release / "manifest.json").read_bytes())
    (home.release / "manifest.sig").write_bytes(signature)

    assert [problem.split(":")[0] for problem in check(home)] == ["manifest.sig"]


def test_without_a_public_key_nothing_is_said_to_be_in_order(home):
    [problem] = verify(home.release, public_key=None)
    assert "no public key was given" in problem


def test_what_is_no_public_key_is_reported(home):
    [problem] = verify(home.release, public_key=b"no key")
    assert "not in PEM" in problem


def test_another_number_of_rows_than_the_manifest_says_is_seen(home):
    path = home.release / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"]["data/cohort.parquet"]["rows"] = 4
    path.write_bytes(canonical(manifest))
    (home.release / "manifest.sig").write_bytes(home.key.sign(path.read_bytes()))

    assert check(home) == ("data/cohort.parquet: has another number of rows than the manifest says",)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"{}", b"not json", b"\xff", b"[" * 100_000, b'{"files": {}, "files": {}}',
        b'{"format": "cohortgate release 1"}', b'{"a": NaN}',
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_reported_and_raises_nothing(content, home):
    (home.release / "manifest.json").write_bytes(content)
    problems = check(home)

    assert problems[0].startswith("manifest.json: is not")


@pytest.mark.parametrize(
    "change",
    [
        {"files": []}, {"files": {"card.html": 1}}, {"expires_on": "never"}, {"expires_on": None}, {"pilot": 1},
        {"format": "cohortgate release 2"},
    ],
)  # fmt: skip
def test_a_manifest_of_another_shape_is_reported_though_it_is_signed(change, home):
    path = home.release / "manifest.json"
    path.write_bytes(canonical({**json.loads(path.read_bytes()), **change}))
    (home.release / "manifest.sig").write_bytes(home.key.sign(path.read_bytes()))

    assert check(home) == ("manifest.json: is not in the form in which releases are written",)


def test_a_folder_that_is_no_release_is_reported(tmp_path):
    assert len(verify(tmp_path, public_key=make_signing_key(tmp_path / "keys").public_pem)) == 2


def test_an_expired_release_is_still_untouched_and_the_reader_is_warned(home):
    expires_on = date(2027, 3, 2)

    assert expiry_warnings(home.release, today=expires_on) == ()
    [warning] = expiry_warnings(home.release, today=date(2027, 3, 3))
    assert "expired on 2027-03-02" in warning
    assert check(home) == ()
