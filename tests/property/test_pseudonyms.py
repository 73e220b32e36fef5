"""Laws of pseudonyms, against a second implementation that is slow and plain."""

import hashlib

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymisation.keys import PseudonymKey, SiteKeys
from pseudonymisation.pseudonyms import pseudonym, pseudonyms, uid

SITE = SiteKeys(bytes(range(32)))
IDENTIFIERS = st.text(max_size=80)
DOMAINS = st.sampled_from(["person", "encounter", "accession", "note", "uid"])
SECRETS = st.binary(min_size=32, max_size=32)
PROJECTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


def slow_pseudonym(identifier: str, *, domain: str, secret: bytes) -> str:
    """HMAC-SHA256 as RFC 2104 writes it down."""
    block = secret.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + domain.encode() + b"\0" + identifier.encode())
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner.digest()).hexdigest()[:32]


def slow_hkdf(secret: bytes, info: str) -> bytes:
    """One block of HKDF-SHA256 as RFC 5869 writes it down, with no salt."""

    def keyed(key: bytes, message: bytes) -> bytes:
        block = key.ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message)
        return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner.digest()).digest()

    return keyed(keyed(bytes(32), secret), info.encode() + b"\x01")


@settings(deadline=None)
@given(IDENTIFIERS, DOMAINS, SECRETS)
def test_a_pseudonym_agrees_with_a_second_implementation(identifier: str, domain: str, secret: bytes) -> None:
    made = pseudonym(identifier, key=PseudonymKey(domain, secret))
    assert made == slow_pseudonym(identifier, domain=domain, secret=secret)


@settings(deadline=None)
@given(SECRETS, PROJECTS, DOMAINS, st.integers(1, 999))
def test_every_key_agrees_with_a_second_derivation(master: bytes, project: str, purpose: str, epoch: int) -> None:
    keys = SiteKeys(master)
    assert keys.site(purpose).secret == slow_hkdf(master, "cohortgate/v1|site-pseudonym")
    assert keys.uid().secret == slow_hkdf(master, "cohortgate/v1|site-uid")
    made = keys.project(project, purpose=purpose, epoch=epoch)
    assert made.secret == slow_hkdf(master, f"cohortgate/v1|project|{project}|{purpose}|{epoch}")


@settings(deadline=None)
@given(st.lists(IDENTIFIERS, unique=True, max_size=50), DOMAINS)
def test_different_identifiers_get_different_pseudonyms(identifiers: list[str], domain: str) -> None:
    made = pseudonyms(pa.array(identifiers, pa.string()), key=SITE.site(domain)).to_pylist()
    assert len(set(made)) == len(identifiers)


@settings(deadline=None)
@given(st.lists(st.none() | IDENTIFIERS, max_size=50), st.randoms(use_true_random=False))
def test_a_pseudonym_does_not_depend_on_what_stands_beside_it(identifiers: list[str | None], order: object) -> None:
    key = SITE.site("person")
    shuffled = list(identifiers)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random.
    for some in (identifiers, shuffled):
        made = pseudonyms(pa.array(some, pa.string()), key=key).to_pylist()
        assert made == [None if text is None else pseudonym(text, key=key) for text in some]


@settings(deadline=None)
@given(st.lists(IDENTIFIERS, unique=True, min_size=1, max_size=20), PROJECTS, PROJECTS, st.integers(1, 9))
def test_two_projects_share_no_pseudonym_and_no_order(identifiers: list[str], one: str, other: str, epoch: int) -> None:
    site = [pseudonym(text, key=SITE.site("person")) for text in identifiers]
    first, second = (
        [pseudonym(text, key=SITE.project(project, purpose="person", epoch=epoch)) for text in site]
        for project in (one, f"{other}-2")
    )
    if one != f"{other}-2":
        assert not set(first) & set(second)
    assert not set(site) & set(first)
    again = [pseudonym(text, key=SITE.project(one, purpose="person", epoch=epoch + 1)) for text in site]
    assert not set(first) & set(again)


@settings(deadline=None)
@given(IDENTIFIERS, DOMAINS, DOMAINS)
def test_two_domains_share_no_pseudonym(identifier: str, one: str, other: str) -> None:
    same = pseudonym(identifier, key=SITE.site(one)) == pseudonym(identifier, key=SITE.site(other))
    assert same == (one == other)


@settings(deadline=None)
@given(IDENTIFIERS)
def test_a_uid_is_valid_and_holds_the_whole_pseudonym(identifier: str) -> None:
    made = uid(identifier, key=SITE.uid())
    assert len(made) <= 64
    assert f"{int(made.removeprefix('2.25.')):032x}" == pseudonym(identifier, key=SITE.uid())
