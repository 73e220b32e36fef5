"""Shapes that give a person away whoever they are: numbers, dates, addresses, and names after words that announce one.

All patterns read folded text (`text_spans.folded`). Each repeat is bounded or ends a pattern, and none stands inside
another that can match the same text, so the time to look through a text grows with its length only.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from pseudonymisation.identifiers import has_check_digit
from pseudonymisation.text_spans import Span

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
# One to four capitalised words of one line, with particles between them.
WORD = r"(?:[A-Z]\.|[A-Z][A-Za-z'\-]{0,30})"
PARTICLE = r"(?:(?:van|von|de|der|den|da|di|la|le|el|al|bin|ibn|of|ap)[ \t]{1,2}){0,2}"
NAME = rf"{PARTICLE}{WORD}(?:[ \t]{{1,3}}{PARTICLE}{WORD}){{0,3}}"
NAME_OR_REVERSED = rf"{PARTICLE}{WORD}(?:,?[ \t]{{1,3}}{PARTICLE}{WORD}){{0,3}}"
TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|doctor|sir|dame|lady|lord|rev|revd|reverend|sister|nurse|matron)"
RELATION = (
    r"(?:next of kin|nok|wife|husband|partner|spouse|son|daughter|mother|father|mum|dad|brother|sister|carer|niece"
    r"|nephew|aunt|uncle|cousin|friend|neighbour|grand(?:mother|father|son|daughter)|guardian|girlfriend|boyfriend)"
)
ANNOUNCED = (
    r"(?:seen by|signed(?: by| for)?|reported by|dictated by|reviewed by|discussed with|referred by|referring|d/w|c/o"
    r"|accompanied by|authori[sz]ed by|verified by|typed by|written by|completed by|under the care of|on behalf of"
    r"|attention of|fao|aka|also known as|known as|formerly|nee|called|named|lives with|lives alone with)"
)
# These announce a name only with a colon or dash: `Consultant, Respiratory` is a post.
HEADED = (
    r"(?:re|patient|name|surname|forename|client|concerning|consultant|clinician|radiologist|reporter|registrar|gp"
    r"|lead|cc|to|from)"
)
STREET = (
    r"(?:road|rd|street|st|avenue|ave|lane|ln|close|drive|court|ct|crescent|cres|gardens|gdns|grove|hill|house|mews|park"
    r"|place|pl|square|sq|terrace|way|walk|row|rise|view|green|wharf|parade|buildings|mansions|estate)"
)
# Words that follow a title in lower case without being a name.
NOT_A_NAME = r"(?:to|will|has|had|have|is|was|and|or|for|in|on|at|who|of|the|a|an|about|if|please|from|with|by)\b"
DOMAIN = r"(?:uk|com|org|net|info|io|eu|scot|wales|london|co)"

PATTERNS: dict[str, tuple[str, ...]] = {
    "NHS": (
        # Ten digits in a row, or in the groups in which people say them, whatever stands between the groups.
        r"(?<!\d)\d{10}(?!\d)",
        r"(?<!\d)\d{3}[^\w\n]{1,3}\d{3}[^\w\n]{1,3}\d{4}(?!\d)",
        r"(?<!\d)\d{4}[^\w\n]{1,3}\d{3}[^\w\n]{1,3}\d{3}(?!\d)",
        r"(?<!\d)\d{5}[^\w\n]{1,3}\d{5}(?!\d)",
        r"(?<!\d)(?:\d[^\w\n]{1,3}){9}\d(?!\d)",
    ),
    "DATE": (
        r"(?<![\d.])\d{1,2}([/.\-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d.]\d|\d)",
        r"(?<!\d)\d{1,2}[ ]?[/.\-][ ]?\d{1,2}[ ]?[/.\-][ ]?(?:19|20)\d{2}(?!\d)",
        r"(?<!\d)\d{1,2} \d{1,2} (?:19|20)\d{2}(?!\d)",
        r"(?<!\d)(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2}(?:T\d{2}:\d{2}(?::\d{2})?)?(?!\d)",
        r"(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?i:\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ ,.\-/]{{0,2}}{MONTH}\b(?:[ ,.\-/]{{1,3}}(?:\d{{4}}|'?\d{{2}})\b)?)",
        rf"(?i:\b{MONTH}[ .]{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ ]\d{{4}})?\b)",
        rf"(?i:\b{MONTH}[ ,.\-/]{{1,2}}(?:(?:19|20)\d{{2}}|'\d{{2}})\b)",
        r"(?i:\b(?:in|since|from|until|during|circa|born|year)[ ]((?:19|20)\d{2})\b)",
    ),
    "POSTCODE": (
        r"(?i:\b[a-pr-uwyz](?:\d[\da-hjkpstuw]?|[a-hk-y]\d[\dabehmnprvwxy]?)[ \t\n]{0,3}\d[abd-hjlnp-uw-z]{2}\b)",
        r"(?i:\bgir[ ]?0aa\b)",
    ),
    "PHONE": (
        r"(?<![\d.])(?:\+44|0044|\(?0)(?:[ \t().\-]{0,3}\d){9,10}(?!\d)",
        r"(?<!\d)\+\d(?:[ \t().\-]{0,2}\d){7,13}(?!\d)",
        r"(?i:\b(?:tel|telephone|phone|mobile|mob|fax|bleep|pager|ext|extn|extension)\b[ .:no#]{0,5}"
        r"(\d[\d \-()]{2,18}\d))",
        r"(?<!\d)0[27]\d{2,4}[ \-]\d{3,4}[ \-]?\d{3,4}(?!\d)",
    ),
    "EMAIL": (
        r"(?<![\w.%+\-'])[\w.%+\-']{1,64}[ ]?@[ ]?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,6}",
        r"(?i:(?<![\w.\-])[\w.\-]{1,64}[ ][\[(]?at[\])]?[ ][a-z0-9\-]{1,63}"
        r"(?:[ ][\[(]?dot[\])]?[ ][a-z0-9\-]{1,63}){1,4})",
    ),
    "URL": (
        r"(?i:\b(?:https?|ftp)://[^\s<>\"]*[^\s<>\".,;:!?)\]])",
        r"(?i:\bwww\.[^\s<>\"]*[^\s<>\".,;:!?)\]])",
        rf"(?i:(?<![\w.@\-])(?:[a-z0-9\-]{{1,63}}\.){{1,6}}{DOMAIN}\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]])?)",
    ),
    "ID": (
        # National insurance number.
        r"(?i:\b[a-ceghj-prtw-z][a-ceghj-nprtw-z][ \-]{0,2}\d{2}[ \-]{0,2}\d{2}[ \-]{0,2}\d{2}[ \-]{0,2}[a-d]\b)",
        # Hospital and accession numbers: letters and many digits, dashed numbers, long numbers.
        r"(?i:\b[a-z]{1,5}[\-/]?\d{5,20}[a-z]?\b)",
        r"\b[A-Z]{1,4} \d{5,20}\b",
        r"(?i:\b[a-z]{1,5}[\-/]?\d{2,4}[\-/]\d{3,12}\b)",
        r"(?<![\d.])\d{6,20}(?![\d.]\d|\d)",
        r"(?i:\b(?:mrn|hospital|hosp|unit|accession|episode|case|ref|reference|local|ed|pas|chi|hcn|number)"
        r"[ ]?(?:number|no|num|#|id)?[.:#]{0,2}[ ]{0,3}([a-z]{0,5}[\-/]?\d[\w\-/]{2,20}))",
        # A UID names one study in the whole world.
        r"(?<![\d.])[0-2]\.\d{1,3}(?:\.\d{1,40}){4,30}(?![\d.])",
    ),
    "LOCATION": (
        rf"\b\d{{1,4}}[A-Za-z]?,?[ \t]{{1,2}}(?:[A-Z][A-Za-z'\-]{{1,30}}[ \t]{{1,2}}){{1,3}}(?i:{STREET})\b",
        r"(?i:\b(?:flat|apartment|apt|room)[ \t]{1,2}\d{1,4}[a-z]?\b)",
    ),
    "PERSON": (
        rf"(?i:\b{TITLE}\b)\.?[ \t]{{1,3}}(?:(?i:&|and)[ \t]{{1,2}}(?i:{TITLE})\b\.?[ \t]{{1,2}})?({NAME})",
        rf"(?i:\b(?:mr|mrs|ms|miss|mx|dr|prof)\b\.?[ \t]{{1,3}}(?!{NOT_A_NAME})([a-z][a-z'\-]{{1,30}}))",
        rf"(?i:\bdear)[ \t]{{1,3}}(?!(?i:sir|madam|doctor|colleague|dr|mr|mrs|ms|miss|prof)\b)({NAME})",
        rf"(?i:\b{HEADED})[ \t]{{0,3}}[:=\-][ \t]{{0,3}}({NAME_OR_REVERSED})",
        rf"(?i:\bre)[ \t]{{1,3}}({NAME_OR_REVERSED})",
        rf"(?i:\b{ANNOUNCED})[ \t]{{0,2}}[:\-,(]?[ \t]{{1,3}}(?:(?i:{TITLE})\b\.?[ \t]{{1,2}})?({NAME})",
        rf"(?i:\b{RELATION})(?i:[ \t]{{0,2}}[:,(\-]?[ \t]{{1,2}}|\()(?:(?i:is|was|called|named)[ \t]{{1,2}})?({NAME})",
        rf"({NAME})[ \t]?[,(][ \t]?(?i:(?:his|her|their|the)[ \t]{{1,2}})?(?i:{RELATION})\b",
        # After a letter's close, on the same line or one of the next two.
        rf"(?i:\b(?:yours (?:sincerely|faithfully)|regards|(?:kind|best|warm) wishes))[,.]?\s{{1,8}}({NAME})",
        # Initials and a surname, but not the name of a germ.
        r"\b((?:[A-Z]\.[ ]?){1,3}(?!(?:Coli|Aureus|Pylori|Influenzae|Pneumoniae|Difficile)\b)[A-Z][a-z'\-]{2,30})\b",
    ),
}  # fmt: skip
COMPILED = {entity: tuple(re.compile(pattern, re.ASCII) for pattern in found) for entity, found in PATTERNS.items()}

# Groups of digits with one space or dash between them.
DIGIT_GROUPS = re.compile(r"(?<![\d.,/])\d{1,9}(?:[ \-]\d{1,9}){1,40}(?![\d.,/]\d)", re.ASCII)
NHS_DIGITS = 10


def find_patterns(text: str, entity: str) -> Iterator[Span]:
    """Yield where the patterns of one entity match a folded text; a pattern's group, if it has one, is the place."""
    for pattern in COMPILED[entity]:
        # The group that a backreference needs is not the place.
        group = pattern.groups if pattern.groups and "\\1" not in pattern.pattern else 0
        for match in pattern.finditer(text):
            yield Span(*match.span(group), entity)
    if entity == "NHS":
        yield from _oddly_grouped_nhs_numbers(text)


def _oddly_grouped_nhs_numbers(text: str) -> Iterator[Span]:
    """Yield runs of whole groups that make ten digits with the right check digit, whatever the grouping."""
    for match in DIGIT_GROUPS.finditer(text):
        groups = [(group.start() + match.start(), group.group()) for group in re.finditer(r"\d+", match.group())]
        for first in range(len(groups)):
            lengths = list(accumulate(len(digits) for _, digits in groups[first : first + NHS_DIGITS]))
            if NHS_DIGITS in lengths:
                last = first + lengths.index(NHS_DIGITS)
                if has_check_digit("".join(digits for _, digits in groups[first : last + 1])):
                    start, digits = groups[last]
                    yield Span(groups[first][0], start + len(digits), "NHS")
