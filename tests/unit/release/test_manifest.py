"""What a manifest says and does not say."""

import pytest

from orchestration.release.manifest import FileEntry, canonical, digest_of, library_versions, manifest_of, tree_digest
from tests.lib.factories import make_origin, make_request

FILES = (FileEntry("data/cohort.parquet", "a" * 64, 10, 720), FileEntry("card.html", "b" * 64, 20, None))


def manifest(**changes):
    return manifest_of(make_origin(**changes), FILES, suite_version=1, signed_by="0" * 16)


def test_the_same_release_gives_the_same_bytes_whatever_the_order():
    assert canonical(manifest()) == canonical(dict(reversed(manifest().items())))


def test_a_manifest_names_everything_that_the_release_was_made_from():
    known = manifest()

    assert known.keys() == {
        *("format", "pilot", "cohort", "version", "expires_on", "recipients", "request", "approvals"),
        *("versions", "key_check_values", "opt_out", "signed_by", "files"),
    }
    assert known["versions"].keys() == {"cohort", "policies", "suite", "codelists", "code", "libraries"}
    assert known["files"]["data/cohort.parquet"] == {"sha256": "a" * 64, "bytes": 10, "rows": 720}
    assert known["files"]["card.html"] == {"sha256": "b" * 64, "bytes": 20}


@pytest.mark.parametrize("change", [{"purpose": "Another"}, {"recipients": ("Others",)}, {"approvals": ()}])
def test_a_changed_request_changes_the_manifest(change):
    assert canonical(manifest(request=make_request(**change))) != canonical(manifest())


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"share": float("nan")})


def test_the_digest_of_code_depends_on_names_and_content_and_not_on_the_place(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place / "ours" / "deep").mkdir(parents=True)
        (tmp_path / place / "ours" / "deep" / "one.py").write_text("1")
        (tmp_path / place / "ours" / "__pycache__").mkdir()
    before = tree_digest(tmp_path / "a", folders=["ours"])

    assert tree_digest(tmp_path / "b", folders=["ours"]) == before
    (tmp_path / "b" / "ours" / "deep" / "one.py").rename(tmp_path / "b" / "ours" / "deep" / "two.py")
    assert tree_digest(tmp_path / "b", folders=["ours"]) != before
    (tmp_path / "a" / "ours" / "deep" / "one.py").write_text("2")
    assert tree_digest(tmp_path / "a", folders=["ours"]) != before


def test_versions_of_libraries_are_those_installed():
    assert library_versions(["duckdb"])["duckdb"].count(".") == 2


def test_a_digest_is_that_of_the_canonical_form():
    assert digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
