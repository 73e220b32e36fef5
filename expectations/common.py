"""The rules that every release meets, whatever its cohort: `COMMON`, and `text_rules` with the cohort's own lists."""

from collections.abc import Callable, Mapping

from expectations import patterns
from expectations.facts import Column, Evidence
from expectations.rules import Check, DataRule, FactRule, Rule, SizeRule
from expectations.sql import literal, quoted, relation

WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
NUMBERS = (*WHOLE_NUMBERS, "FLOAT", "DOUBLE", "DECIMAL")
PLAIN = ("BOOLEAN", "VARCHAR")
OLDEST_AGE = 90
REQUIRED_DOCUMENTS = ("DPIA", "DSA", "request")
# NHS Data Dictionary: PERSON STATED GENDER CODE and ETHNIC CATEGORY; the age bands and splits are the cohorts' own.
SUBGROUP_WORDS = {
    "subgroup_sex_code": ("1", "2", "9", "X"),
    "subgroup_ethnic_category": (*"ABCDEFGHJKLMNPRSZ", "99"),
    "subgroup_age_band": (
        *("0-15", "16-24", "25-34", "35-44", "45-54"),
        *("55-64", "65-74", "75-84", "85-89", "90+"),
    ),
    "split": ("held_out", "tuning"),
}
# ODS codes; what is on no list of codes arrives as OTHER.
SUBGROUP_CODES = {"subgroup_site": "[A-Z0-9]{3,8}"}


def text_rules(*, words: Mapping[str, tuple[str, ...]], codes: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rules about text columns, which need a cohort's lists.

    Args:
        words: The text columns that hold one of a few words, and those words.
        codes: The text columns that hold codes, and the shape of a code as a regular expression.
    """
    return (
        DataRule(
            "text_as_listed",
            "A text column holds the words or codes that its cohort lists; anything else could be free text.",
            (Check("cells", lambda _: _is_unlisted(words, codes)),),
        ),
        DataRule(
            "no_known_identifier",
            "No cell equals a name, number, address or site pseudonym that the trust holds.",
            (Check("cells", lambda _: _is_known(words)),),
        ),
    )


def is_number(column: Column) -> bool:
    """Return whether a column holds numbers."""
    return column.data_type.partition("(")[0] in NUMBERS


def any_of(condition: Callable[[str], str], names: list[str]) -> str:
    """Return the SQL that says a condition is true of at least one of the columns."""
    return " or ".join(f"coalesce({condition(quoted(name))}, false)" for name in names) or "false"


def _key_is_null(evidence: Evidence) -> str:
    keys = dict.fromkeys((*evidence.facts.grain, evidence.facts.index, evidence.facts.prediction))
    return " or ".join(f"{quoted(name)} is null" for name in keys)


def _label_is_early(evidence: Evidence) -> str:
    prediction = quoted(evidence.facts.prediction)
    return any_of(lambda name: f"{name} <= {prediction}", list(evidence.facts.label_times))


def _age_is_exact(evidence: Evidence) -> str:
    ages = [column.name for column in evidence.columns if column.name.endswith("age_years")]
    bands = [column.name for column in evidence.columns if column.name.endswith("age_band")]
    age_is_over = any_of(lambda name: f"{name} > {OLDEST_AGE}", ages)
    band_is_over = any_of(lambda name: f"try_cast(regexp_extract({name}, '[0-9]+') as integer) > {OLDEST_AGE}", bands)
    return f"{age_is_over} or {band_is_over}"


def _nhs_number_in_number(evidence: Evidence) -> str:
    def holds(name: str) -> str:
        number = f"try_cast({name} as bigint)"
        return f"({number} between 4000000000 and 9999999999 and {patterns.is_mod_11(number)})"

    numbers = [column.name for column in evidence.columns if is_number(column)]
    return _where_any_reaches(4_000_000_000, numbers, any_of(holds, numbers))


def _date_in_number(evidence: Evidence) -> str:
    whole = [column.name for column in evidence.columns if column.data_type in WHOLE_NUMBERS]
    return _where_any_reaches(19_000_101, whole, any_of(patterns.is_date_number, whole))


def _where_any_reaches(least: int, names: list[str], condition: str) -> str:
    # Nearly all rows end at the first comparison, which makes the rule thirty times as fast.
    return f"case when greatest({', '.join([*map(quoted, names), 'null'])}) >= {least} then {condition} else false end"


def _is_word(words: Mapping[str, tuple[str, ...]]) -> str:
    columns = (
        f"column_name = {literal(name)} and value in ({', '.join(map(literal, allowed))})"
        for name, allowed in words.items()
    )
    return f"({' or '.join(columns) or 'false'})"


def _is_code(codes: Mapping[str, str]) -> str:
    columns = (
        f"column_name = {literal(name)} and regexp_full_match(value, {literal(shape)})" for name, shape in codes.items()
    )
    return f"({' or '.join(columns) or 'false'})"


def _is_unlisted(words: Mapping[str, tuple[str, ...]], codes: Mapping[str, str]) -> str:
    return f"column_name <> 'person_id' and not {_is_word(words)} and not {_is_code(codes)}"


def _is_known(words: Mapping[str, tuple[str, ...]]) -> str:
    # A word that the cohort lists may also be somebody's surname; in its own column it says nothing about them.
    return f"key in (select key from known_keys) and not {_is_word(words)}"


def _wrong_columns(evidence: Evidence) -> int:
    asked = [column.name for column in evidence.facts.columns]
    found = [column.name for column in evidence.columns]
    return len(set(asked) ^ set(found)) or int(asked != found)


def _wrong_types(evidence: Evidence) -> int:
    asked = {column.name: column.data_type for column in evidence.facts.columns}
    found = {column.name: column.data_type for column in evidence.columns}
    mistyped = {name for name, data_type in asked.items() if found.get(name) != data_type}
    # Lists, structs and binary values could hold anything, and no other rule looks into them.
    opaque = {column.name for column in evidence.columns if not is_number(column) and column.data_type not in PLAIN}
    return len(mistyped | opaque)


def _documents_out_of_date(evidence: Evidence) -> int:
    today, documents = evidence.facts.today, evidence.facts.documents
    missing = set(REQUIRED_DOCUMENTS) - {document.kind for document in documents}
    expired = [document for document in documents if document.expires_on < today]
    not_yet = [document for document in documents if document.approved_on and document.approved_on > today]
    return len(missing) + len(expired) + len(not_yet)


def _opt_out_list_stale(evidence: Evidence) -> int:
    opt_out = evidence.facts.opt_out
    if not opt_out.applies:
        return int(not (opt_out.reason or "").strip())
    if opt_out.listed_on is None:
        return 1
    return int(not 0 <= (evidence.facts.today - opt_out.listed_on).days <= opt_out.max_age_days)


def _approvals_wrong(evidence: Evidence) -> int:
    facts = evidence.facts
    names = {_person(approval.name) for approval in facts.approvals if approval.approved_on <= facts.today} - {""}
    requester = _person(facts.requested_by)
    return max(0, 2 - len(names - {requester})) + int(requester in names)


def _person(name: str) -> str:
    return " ".join(name.casefold().split())


def _wrong_key(evidence: Evidence) -> int:
    facts = evidence.facts
    return int(not facts.key_check_value or facts.key_check_value != facts.registered_key_check_value)


COMMON: tuple[Rule, ...] = (
    FactRule(
        "columns_as_requested",
        "Only what was asked for and approved may leave: no column more, none less, none in another place.",
        _wrong_columns,
    ),
    FactRule(
        "types_as_contracted",
        "A column of another type than its contract's holds something that nobody has judged.",
        _wrong_types,
    ),
    DataRule(
        "no_absolute_times",
        "A calendar date links a person to events known outside; time counts from the person's first index event.",
        (
            Check("columns", lambda _: "regexp_matches(data_type, 'DATE|TIME|INTERVAL')"),
            Check("cells", lambda _: patterns.holds_date()),
            Check("rows", _date_in_number),
            Check("people", lambda _: "first_index is distinct from 0"),
        ),
    ),
    DataRule(
        "one_row_per_grain",
        "A row that stands twice counts a person's outcome twice.",
        (Check("grains", lambda _: "rows_in_grain > 1"),),
    ),
    DataRule(
        "keys_present",
        "A row that lacks its person or its times can be neither used nor recalled.",
        (Check("rows", _key_is_null),),
    ),
    DataRule(
        "person_id_is_pseudonym",
        "A person is named by 32 hexadecimal digits made with the project's key, and by nothing else.",
        (Check("people", lambda _: f"not coalesce(regexp_full_match(person_id, '{patterns.PSEUDONYM}'), false)"),),
    ),
    FactRule(
        "key_as_registered",
        "Made with another key, people could not be followed from one version of a release to the next.",
        _wrong_key,
    ),
    DataRule(
        "no_opted_out_person",
        "A person who opted out is in no release (National Data Opt-Out).",
        (Check("people", lambda e: f"person_id in (select person_id from {relation(e.facts.opted_out)})"),),
    ),
    DataRule(
        "no_identifier_pattern",
        "No cell looks like an NHS number, postcode, e-mail address, phone number or National Insurance number.",
        (Check("cells", lambda _: patterns.holds_identifier()), Check("rows", _nhs_number_in_number)),
    ),
    DataRule(
        "prediction_not_before_index",
        "A prediction made before the index event answers another question.",
        (Check("rows", lambda e: f"{quoted(e.facts.prediction)} < {quoted(e.facts.index)}"),),
    ),
    DataRule(
        "age_top_coded",
        f"People over {OLDEST_AGE} are few; an exact age points at them.",
        (Check("rows", _age_is_exact),),
    ),
    SizeRule("enough_people", "In a small group a person can be recognised.", "people", lambda f: f.min_people),
    SizeRule(
        "enough_events",
        "With few people who had the outcome, no measure of a product means much and each can be recognised.",
        "events",
        lambda f: f.min_events,
    ),
    SizeRule(
        "enough_non_events",
        "With few people who did not have the outcome, being in the release almost tells it.",
        "non_events",
        lambda f: f.min_non_events,
    ),
    FactRule(
        "documents_in_date",
        "The impact assessment, the sharing agreement and the request must be in force on the day of release.",
        _documents_out_of_date,
    ),
    FactRule(
        "opt_out_list_fresh",
        "An old list lets through who opted out since; where no list applies, a written reason is needed.",
        _opt_out_list_stale,
    ),
    FactRule("approved_by_two", "Two people approve, and neither is the one who asks.", _approvals_wrong),
    DataRule(
        "split_by_person",
        "A person in two splits would be learned from in one and tested on in the other.",
        (Check("people", lambda _: "has_no_split or first_split is distinct from last_split"),),
    ),
    DataRule(
        "row_order_carries_nothing",
        "In any other order than that of the pseudonyms, a row's place can tell where it came from.",
        (Check("neighbours", lambda _: "is_out_of_order"),),
    ),
    FactRule(
        "file_metadata_clean",
        "A file's hidden fields can hold paths, users and values; they name the writing program and nothing else.",
        lambda evidence: evidence.odd_metadata,
    ),
)

LABEL_AFTER_PREDICTION = DataRule(
    "label_after_prediction",
    "An outcome that was known when the prediction was made lets a product look better than it is.",
    (Check("rows", _label_is_early),),
)
