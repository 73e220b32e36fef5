import logging
import socket
import time
import unicodedata
from collections.abc import Iterator

import pytest

from pseudonymisation import text as cleaning
from pseudonymisation.errors import TextError
from pseudonymisation.text import PersonNotes, clean_notes, clean_person
from pseudonymisation.text_spans import PLACEHOLDERS
from tests.unit.pseudonymisation.builders import nhs_number

# An invented person. The number is of the range that is never issued.
KNOWN = (
    ("given_name", "Zoë-Mae"),
    ("family_name", "O'Brindle"),
    ("former_family_name", "Thrupp"),
    ("birth_date", "1950-03-07"),
    ("address_line", "Flat 2, 12 Larkspur Passage"),
    ("postcode", "SE31 7ZQ"),
    ("phone", "020 7946 0123"),
    ("email", "zoe.brindle@example.org"),
    ("next_of_kin", "Ludo Brindle (husband)"),
    ("gp_name", "Dr P Quenby"),
    ("nhs_number", "999 123 4560"),
    ("mrn", "RJ0012345"),
)


def cleaned(text: str, known: tuple[tuple[str, str], ...] = ()) -> str:
    return clean_person(PersonNotes(known, (text,)))[0]


@pytest.mark.parametrize(
    "written",
    [
        "9991234560", "999 123 4560", "999-123-4560", "999.123.4560", "999/123/4560", "(999) 123 4560",
        "999  123  4560",
        "No9991234560x", "9 9 9 1 2 3 4 5 6 0", "99912 34560", "9991 234 560", "999\u00a0123\u20114560",
        "999\u200b123\u200b4560", "\uff19\uff19\uff19 \uff11\uff12\uff13 \uff14\uff15\uff16\uff10",
    ],
)  # fmt: skip
def test_ten_digits_are_masked_however_they_are_written(written: str) -> None:
    shown = cleaned(f"Attended, number {written} checked.")
    digits = "".join(str(unicodedata.decimal(character)) for character in shown if character.isdecimal())
    assert digits == ""
    assert shown.startswith("Attended, number ")


def test_ten_digits_in_odd_groups_are_masked_where_the_check_digit_is_right() -> None:
    number = nhs_number(7)
    written = " ".join(number[place : place + 2] for place in range(0, 10, 2))
    assert cleaned(f"Number {written} checked.") == "Number <NHS> checked."
    wrong = written[:-1] + str((int(written[-1]) + 1) % 10)
    assert cleaned(f"Values {wrong} noted.") == f"Values {wrong} noted."


@pytest.mark.parametrize(
    ("entity", "written"),
    [
        ("DATE", "07/03/1950"), ("DATE", "7.3.50"), ("DATE", "1950-03-07"), ("DATE", "7th of March 1950"),
        ("DATE", "March 7, 1950"), ("DATE", "7-Mar-50"), ("DATE", "Sept 2023"), ("DATE", "7 Mar"), ("DATE", "19500307"),
        ("DATE", "07 03 1950"), ("DATE", "1950-03-07T10:15:00"),
        ("POSTCODE", "SE1 7EH"), ("POSTCODE", "se17eh"), ("POSTCODE", "W1A 0AX"), ("POSTCODE", "EC1A  1BB"),
        ("PHONE", "07700 900123"), ("PHONE", "+44 7700 900 123"), ("PHONE", "(020) 7946 0123"),
        ("PHONE", "0044 20 79460123"),
        ("EMAIL", "a.b+c@mail.example.org"), ("EMAIL", "ada @ example.net"), ("EMAIL", "ada at example dot org"),
        ("URL", "https://example.org/a?b=c"), ("URL", "www.example.org"), ("URL", "portal.example.nhs.uk/x"),
        ("ID", "AB 12 34 56 C"), ("ID", "RJ0012345"), ("ID", "ACC-2024-00123"), ("ID", "1234567"),
        ("ID", "1.2.840.113619.2.55.3.1"),
        ("LOCATION", "12 Larkspur Road"), ("LOCATION", "Flat 2"),
    ],
)  # fmt: skip
def test_shapes_that_identify_are_masked_whoever_they_belong_to(entity: str, written: str) -> None:
    assert cleaned(f"It says {written}, as before.") == f"It says <{entity}>, as before."


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("I saw Mrs Orla Fennimore today.", "Fennimore"),
        ("I saw MR FENNIMORE today.", "FENNIMORE"),
        ("Seen with dr fennimore today.", "fennimore"),
        ("Drs agreed: Prof. J. van der Fenn to review.", "Fenn"),
        ("Dear Orla,", "Orla"),
        ("Dear Dr Fennimore and colleagues", "Fennimore"),
        ("Re: FENNIMORE, Orla", "Orla"),
        ("Patient: Orla Fennimore", "Fennimore"),
        ("Seen by Orla Fennimore, registrar", "Orla"),
        ("Signed Orla Fennimore", "Fennimore"),
        ("Discussed with Orla Fennimore.", "Orla"),
        ("Her husband Piers Fennimore called.", "Piers"),
        ("Next of kin: Piers Fennimore", "Piers"),
        ("Piers Fennimore (son) was told.", "Piers"),
        ("Piers Fennimore, her brother, was told.", "Piers"),
        ("Yours sincerely\n\nOrla Fennimore\nConsultant", "Orla"),
        ("Kind regards,\nOrla", "Orla"),
        ("Reviewed, O. Fennimore", "Fennimore"),
        ("GP: Orla Fennimore", "Fennimore"),
        ("Also known as Orla Fennimore.", "Orla"),
        ("I saw Mrs Ørla Fénnimore today.", "Fénnimore"),
    ],
)
def test_a_name_that_words_announce_is_masked(written: str, name: str) -> None:
    shown = cleaned(written)
    assert name not in shown
    assert "<PERSON>" in shown


@pytest.mark.parametrize(
    "written",
    [
        "zoë-mae", "ZOE", "Zoe", "Mae", "O'Brindle", "O\u2019BRINDLE", "Brindle's", "brindle", "OBrindle", "Thrupp",
        "Ludo", "Quenby", "Zoe\u0308", "Zo\u00adë",
    ],
)  # fmt: skip
def test_every_name_known_of_a_patient_is_masked_as_a_word(written: str) -> None:
    assert cleaned(f"Then {written} went home.", KNOWN) == "Then <PERSON> went home."


def test_a_known_name_is_a_word_and_not_a_part_of_one() -> None:
    assert cleaned("Maestro, quenbyish, brindled.", KNOWN) == "Maestro, quenbyish, brindled."


@pytest.mark.parametrize(
    ("entity", "written"),
    [
        ("DATE", "07031950"), ("DATE", "070350"), ("DATE", "7 3 50"), ("DATE", "19500307"), ("DATE", "07/03/50"),
        ("PHONE", "02079460123"), ("PHONE", "+44 (20) 7946 0123"), ("PHONE", "020-7946-0123"),
        ("EMAIL", "ZOE.BRINDLE@EXAMPLE.ORG"),
        ("POSTCODE", "se317zq"), ("POSTCODE", "SE31"),
        ("ID", "rj0012345"), ("ID", "0012345"), ("ID", "RJ 00 12 345"),
        ("LOCATION", "12 Larkspur Passage"), ("LOCATION", "larkspur"),
    ],
)  # fmt: skip
def test_what_is_known_of_a_patient_is_masked_in_every_form(entity: str, written: str) -> None:
    shown = cleaned(f"The chart says {written} here.", KNOWN)
    assert f"<{entity}>" in shown
    assert shown.startswith("The chart says ")
    assert shown.endswith(" here.")
    assert not [character for character in shown if character.isdigit()]


def test_a_dob_written_the_british_way_in_a_record_is_known_too() -> None:
    assert cleaned("chart 070350 here", (("birth_date", "07/03/1950"),)) == "chart <DATE> here"


@pytest.mark.parametrize(
    "text",
    [
        "BP 128/82, pulse 72, temperature 36.5, sats 98% on air, GCS 15/15.",
        "WBC 11.2, CRP 45 mg/L, platelets 250, HbA1c 48 mmol/mol, eGFR 62.",
        "120/80 90 18 36.5 98 at 14:30, then 118/76 88 16 36.9 97.",
        "Visual acuity 6/9 right, 6/12 left; R1M0 both eyes; power 4/5.",
        "Amoxicillin 500 mg tds for 7 days, metformin 1 g bd.",
        "E. coli grown, sensitive to co-amoxiclav. T2 lesion at L4/5.",
        "Stage pT2N1M0. ECG: sinus rhythm, rate 64. EF 55-60%.",
        "Dr to review. No change. Re-check in 2/52, then in 6 weeks.",
    ],
)
def test_clinical_content_is_left_alone(text: str) -> None:
    assert cleaned(text, KNOWN) == text


def test_neighbouring_findings_of_one_kind_are_one_placeholder() -> None:
    assert cleaned("Then Zoe O'Brindle went home.", KNOWN) == "Then <PERSON> went home."


def test_line_ends_stay_and_invisible_characters_go() -> None:
    assert cleaned("a\r\n\tb\u200bc\x00d\u00a0e", ()) == "a\r\n\tbc d e"


def test_a_text_with_nothing_in_it_comes_back() -> None:
    assert cleaned("") == ""
    assert cleaned("Stable.") == "Stable."


def test_a_cleaned_text_stays_as_it_is_when_cleaned_again() -> None:
    once = cleaned(
        "Dear Dr Quenby, Zoe O'Brindle (999 123 4560) of SE31 7ZQ rang 020 7946 0123 on 7 March 1950.", KNOWN
    )
    assert cleaned(once, KNOWN) == once


def test_a_long_text_is_cleaned_in_every_place() -> None:
    filler = "The chest was clear and there was no swelling. "
    text = (filler * 40 + "Mr Fennimore, 999 123 4560, Zoe. ") * 30
    shown = cleaned(text, KNOWN)
    assert "Fennimore" not in shown
    assert "4560" not in shown
    assert "Zoe" not in shown
    assert shown.count("<NHS>") == 30


@pytest.mark.parametrize("piece", ["A", "1 ", "0(", "a@", "Mr ", "Son (", " ", "a.", "12 Ab Cd ", "'-", "1/", "van "])
def test_no_text_makes_the_patterns_run_away(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    cleaned("warm up", KNOWN)
    started = time.process_time()
    cleaned(text, KNOWN)
    # Slowest here is about 2 s; a pattern that backtracks takes minutes.
    assert time.process_time() - started < 20


def test_every_placeholder_has_patterns_and_every_span_a_placeholder() -> None:
    assert set(cleaning.PATTERNS) == set(PLACEHOLDERS)


def test_notes_of_each_person_come_back_in_order() -> None:
    notes = [PersonNotes((("family_name", name),), (f"{name} is well.", f"{name} is not.")) for name in ("Ab", "Cd")]
    assert list(clean_notes(iter(notes), workers=1)) == [("<PERSON> is well.", "<PERSON> is not.")] * 2


def test_many_notes_are_cleaned_in_other_processes_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [PersonNotes(KNOWN, (f"Zoe, visit {number}.", "Mr Fennimore.")) for number in range(40)]
    alone = list(clean_notes(notes, workers=2))
    monkeypatch.setattr(cleaning, "CHARACTERS_IN_A_BATCH", 200)
    monkeypatch.setattr(cleaning, "FEW_CHARACTERS", 400)
    assert list(clean_notes(notes, workers=2)) == alone
    assert alone[3] == ("<PERSON>, visit 3.", "Mr <PERSON>.")


def test_notes_are_taken_as_they_are_needed_and_not_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def endless() -> Iterator[PersonNotes]:
        nonlocal taken
        while True:
            taken += 1
            yield PersonNotes((), ("x" * 100,))

    monkeypatch.setattr(cleaning, "CHARACTERS_IN_A_BATCH", 200)
    monkeypatch.setattr(cleaning, "FEW_CHARACTERS", 400)
    stream = clean_notes(endless(), workers=1)
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # It is a generator.
    assert taken < 30


def test_a_failure_says_nothing_of_the_note(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(person: PersonNotes) -> tuple[str, ...]:
        raise ValueError(person.texts)

    monkeypatch.setattr(cleaning, "clean_person", failing)
    with pytest.raises(TextError) as failed:
        list(clean_notes([PersonNotes(KNOWN, ("Zoe O'Brindle",))], workers=1))
    assert "Zoe" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_notes_and_what_is_known_do_not_stand_in_a_representation() -> None:
    assert repr(PersonNotes(KNOWN, ("Zoe",))) == "PersonNotes()"


def test_no_recogniser_of_presidio_is_used_and_nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import tldextract

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tldextract.TLDExtract, "__call__", never)
    monkeypatch.setattr(tldextract.TLDExtract, "extract_str", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(socket, "getaddrinfo", never)
    cleaning._analyser.cache_clear()
    assert cleaned("See www.example.co.uk or a@example.org.") == "See <URL> or <EMAIL>."
    names = {type(recogniser).__name__ for recogniser in cleaning._analyser().registry.recognizers}
    assert names == {"SpanRecogniser"}


def test_no_log_holds_a_text(caplog: pytest.LogCaptureFixture) -> None:
    cleaning._analyser.cache_clear()
    with caplog.at_level(logging.DEBUG):
        cleaned("Zoe O'Brindle, 999 123 4560, rang.", KNOWN)
    assert not [word for word in ("Zoe", "Brindle", "4560", "rang") if word in caplog.text]
    assert cleaning._analyser().log_decision_process is False


def test_cleaning_is_fast_enough_for_a_trust() -> None:
    text = (
        "Dear Dr Quenby, thank you for referring Mrs O'Brindle (999 123 4560), seen on 7 March 2024 with a cough "
        "of three weeks. Blood pressure was 128/82 and the chest was clear. Bloods will be repeated in six weeks. "
    ) * 10
    person = PersonNotes(KNOWN, (text,) * 20)
    clean_person(person)
    started = time.process_time()
    clean_person(person)
    # About 300,000 characters a second on one core; the floor leaves room for a busy machine.
    assert sum(map(len, person.texts)) / (time.process_time() - started) > 60_000
