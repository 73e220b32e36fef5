"""Turns notes without words into text, inside DuckDB: one concatenation per template.

Beside each text stands the list of identifiers that were written into it, so that a test of a text cleaner
knows what must be gone.
"""

from string import Formatter

import duckdb

from orchestration.synth.templates import IDENTIFYING, PHRASES, TEMPLATES

# Ways in which people write the same thing down; one is chosen per note.
_NHS_FORMS = (
    "n",
    "n[1:3] || ' ' || n[4:6] || ' ' || n[7:10]",
    "n[1:3] || '-' || n[4:6] || '-' || n[7:10]",
    "n[1:3] || '.' || n[4:6] || '.' || n[7:10]",
    "n[1:3] || ' ' || n[4:10]",
    "n[1:3] || '/' || n[4:6] || '/' || n[7:10]",
)
_BIRTH_FORMS = ("%d/%m/%Y", "%-d %B %Y", "%d-%b-%Y", "%Y-%m-%d", "%d.%m.%y", "%-d %b %y")
_NAME_FORMS = (
    "title || ' ' || given_name || ' ' || family_name",
    "given_name || ' ' || family_name",
    "upper(family_name) || ', ' || given_name",
    "given_name || ' ' || upper(family_name)",
    "upper(family_name) || ', ' || given_name || ' (' || title || ')'",
)
_DATE = "%-d %B %Y"
# Which sentence of `eye_result` a grade calls for; the highest of both eyes counts.
_RESULT_NO = "when 'R1' then 2 when 'R3S' then 2 when 'R2' then 3 when 'R3A' then 3 when 'M1' then 3 when 'U' then 4"


def write_notes(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table `note`: one row per note with its text, title and the identifiers in it.

    Reads the tables `letter`, `people`, `site`, `consultant`, `exam`, `grade` and `code` of the connection.
    """
    texts = " ".join(f"when {number} then {_concatenation(text)}" for number, text in enumerate(TEMPLATES.values()))
    lists = " ".join(f"when {number} then {_identifiers(text)}" for number, text in enumerate(TEMPLATES.values()))
    con.execute(
        f"""
        create or replace temp table note as
        with

        worst as (

            select visit_id, max(case value_code {_RESULT_NO} else 1 end) as result_no

            from grade

            group by visit_id

        ),

        worded as ({_WORDED})

        select
            note_id,
            person_id,
            visit_id,
            exam_no,
            consultant_no,
            site_no,
            code_no,
            seen_at,
            written_at,
            code_name || ' - ' || family_name as title,
            case template {texts} end as note_text,
            case template {lists} end as identifiers

        from worded

        order by note_id
        """
    )


def _form(forms: tuple[str, ...], shift: int) -> str:
    cases = " ".join(f"when {number} then {form}" for number, form in enumerate(forms))
    return f"case (variant // {shift}) % {len(forms)} {cases} end"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _phrases(name: str) -> str:
    return "[" + ", ".join(_literal(phrase) for phrase in PHRASES[name]) + "]"


def _phrase(name: str, shift: int) -> str:
    return f"({_phrases(name)})[(variant // {shift}) % {len(PHRASES[name])} + 1] as {name}"


def _concatenation(template: str) -> str:
    parts = []
    for literal, field, _, _ in Formatter().parse(template):
        if literal:
            parts.append(_literal(literal))
        if field:
            parts.append(f"coalesce(cast({field} as varchar), 'not recorded')")
    return " || ".join(parts)


def _identifiers(template: str) -> str:
    fields = {field for _, field, _, _ in Formatter().parse(template) if field}
    if "former_clause" in fields:
        fields.add("former_name")
    if "email_clause" in fields:
        fields.add("email")
    named = [f"{{'kind': '{IDENTIFYING[field]}', 'text': {field}}}" for field in IDENTIFYING if field in fields]
    return f"list_filter([{', '.join(named)}], lambda found: found.text is not null)"


_WORDED = f"""
    select
        letter.*,
        people.family_name,
        people.former_family_name as former_name,
        coalesce(' (formerly ' || people.former_family_name || ')', '') as former_clause,
        {_form(_NAME_FORMS, 1)} as name,
        case (variant // 3) % 2 when 0 then people.title || ' ' || people.family_name else people.given_name end
            as name_again,
        case (variant // 5) % {len(_BIRTH_FORMS)}
            {" ".join(f"when {number} then strftime(birth_date, '{form}')" for number, form in enumerate(_BIRTH_FORMS))}
        end as birth,
        people.nhs_number as n,
        {_form(_NHS_FORMS, 7)} as nhs_number,
        people.mrn,
        people.address_line as address,
        people.postcode,
        people.phone,
        people.email,
        coalesce(' or by e-mail at ' || people.email, '') as email_clause,
        people.gp_name,
        people.gp_practice,
        people.next_of_kin,
        people.next_of_kin_relation as relation,
        consultant.name as consultant,
        site.site_name as hospital,
        code.name as code_name,
        exam.accession_number as accession,
        strftime(seen_at, '{_DATE}') as seen_on,
        strftime(left_at, '{_DATE}') as left_on,
        strftime(written_at, '{_DATE}') as written_on,
        {_phrase("complaint", 11)},
        {_phrase("plan", 13)},
        {_phrase("hospital_course", 17)},
        {_phrase("history", 19)},
        {_phrase("chest_finding", 23)},
        {_phrase("department", 29)},
        ({_phrases("eye_result")})[coalesce(worst.result_no, 1)] as eye_result

    from letter

    inner join people on letter.person_id = people.person_id

    inner join site on letter.site_no = site.site_no

    inner join consultant on letter.consultant_no = consultant.consultant_no

    inner join code on letter.code_no = code.code_no

    left join exam on letter.exam_no = exam.exam_no

    left join worst on letter.visit_id = worst.visit_id
"""
