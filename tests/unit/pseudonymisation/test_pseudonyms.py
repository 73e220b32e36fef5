import hashlib
import hmac

import pyarrow as pa
import pytest

from pseudonymisation.keys import PseudonymKey, SiteKeys
from pseudonymisation.pseudonyms import pseudonym, pseudonyms, uid, uids

KEY = SiteKeys(bytes(range(32))).site("person")

# RFC 4231, test cases 1, 2 and 4: key, data, HMAC-SHA-256. Our message begins with a domain and a zero byte, so the
# domain is empty here and the data follows the byte.
RFC_4231 = [
    ("0b" * 20, "4869205468657265"),
    ("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f"),
    ("0102030405060708090a0b0c0d0e0f10111213141516171819", "cd" * 50),
]


@pytest.mark.parametrize(("key", "data"), RFC_4231)
def test_the_keyed_hash_underneath_is_that_of_the_standard_library_on_the_published_inputs(key: str, data: str) -> None:
    text = bytes.fromhex(data).decode("latin-1")
    expected = hmac.new(bytes.fromhex(key), b"\0" + text.encode(), hashlib.sha256).hexdigest()[:32]
    assert pseudonym(text, key=PseudonymKey("", bytes.fromhex(key))) == expected


def test_a_pseudonym_does_not_change_between_versions() -> None:
    # printf 'person\0009991234567' through `openssl dgst -sha256 -mac hmac` with the key 00 01 … 1f.
    assert pseudonym("9991234567", key=PseudonymKey("person", bytes(range(32)))) == "43155594400ea79512504ce7f4b0c99d"


def test_a_pseudonym_is_32_hex_digits() -> None:
    made = pseudonym("9991234567", key=KEY)
    assert len(made) == 32
    assert int(made, 16) >= 0


def test_a_domain_and_an_identifier_cannot_be_read_as_another_pair() -> None:
    secret = bytes(32)
    assert pseudonym("b", key=PseudonymKey("a", secret)) != pseudonym("ab", key=PseudonymKey("", secret))
    assert pseudonym("x", key=PseudonymKey("person", secret)) != pseudonym("x", key=PseudonymKey("note", secret))


def test_an_array_gets_the_same_pseudonyms_in_the_same_order_and_null_stays_null() -> None:
    made = pseudonyms(pa.array(["a", None, "b", ""]), key=KEY)
    assert made.type == pa.string()
    assert made.to_pylist() == [pseudonym("a", key=KEY), None, pseudonym("b", key=KEY), pseudonym("", key=KEY)]


def test_a_uid_is_a_valid_uid_that_stands_for_one_uid() -> None:
    made = uid("1.2.3", key=KEY)
    assert made.startswith("2.25.")
    assert len(made) <= 64
    assert not made.removeprefix("2.25.").startswith("0")
    assert made != uid("1.2.4", key=KEY)
    assert uids(pa.array(["1.2.3", None]), key=KEY).to_pylist() == [made, None]


def test_text_from_damaged_bytes_still_has_a_pseudonym() -> None:
    assert len(pseudonym("\udc80", key=KEY)) == 32
