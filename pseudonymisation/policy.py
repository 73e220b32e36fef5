"""Allow-list policies: which tables and columns of one kind of source may pass, and in which form.

Here belong the shape of `policies/*.yaml` and what follows from it (columns to land, output types). What an
action does to a value is in `tables.py`; a table, column, key or action that is not known is an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from pseudonymisation.errors import PolicyError
from pseudonymisation.policy_file import Node, read_node

POLICIES = Path(__file__).parent / "policies"

# The DuckDB type of each type that `keep` and `required` may name.
TYPES = {
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
ACTIONS = (
    "keep", "person", "pseudonym", "uid", "one_of", "code", "range", "time", "text", "identify", "drop",
)  # fmt: skip
ZONES = ("pseudonymised", "reference", "identifiable")

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Column:
    """One column of a table: where it is read from, and what may pass of it.

    `action` is one of `ACTIONS`; `required T` stands here as action `keep` (or `uid`) with `required` set.
    `argument` is what follows the action: a type of `TYPES`, a domain, `A|B`, `LO HI`; empty where there is none.
    """

    name: str
    action: str
    argument: str = ""
    required: bool = False
    path: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    take: str | None = None
    reference: bool = False
    strip_prefix: str | None = None
    base64: bool = False
    keyword: str | None = None
    format: str | None = None

    @property
    def allowed_values(self) -> tuple[str, ...]:
        """The values that `one_of` lets through."""
        return tuple(self.argument.split("|")) if self.action == "one_of" else ()

    @property
    def bounds(self) -> tuple[str, str]:
        """The lowest and highest number that `range` lets through, as written."""
        low, high = self.argument.split()
        return low, high

    @property
    def is_passed_on(self) -> bool:
        """Whether the pseudonymised table has this column, under this name."""
        return self.action not in ("person", "identify", "drop")

    @property
    def output_type(self) -> str:
        """The DuckDB type of the column in the pseudonymised table."""
        if self.action == "keep":
            return TYPES[self.argument]
        if self.action == "range":
            # Bounds that are written as whole numbers say that the values are.
            return "DOUBLE" if "." in self.argument else "INTEGER"
        return "VARCHAR"


@dataclass(frozen=True)
class Table:
    """One landed table: whose rows they are, what makes a row the same row, and its columns by name."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    person: str | None = None
    zone: str = "pseudonymised"
    resource: str | None = None

    @property
    def columns_to_land(self) -> tuple[Column, ...]:
        """The columns that an adapter reads: all but the dropped; a dropped key is read to find duplicates."""
        return tuple(column for column in self.columns.values() if column.action != "drop" or column.name in self.key)

    @property
    def landed_columns(self) -> tuple[str, ...]:
        """The names of the columns that an adapter reads."""
        return tuple(column.name for column in self.columns_to_land)

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """The names of the columns without which the table cannot be used at all."""
        # Without a person column, the key is what tells a table from one that lost its header.
        needed = self.key if self.zone != "pseudonymised" else ()
        return tuple(
            column.name
            for column in self.columns.values()
            if column.required or column.name == self.person or column.name in needed
        )


@dataclass(frozen=True)
class Merges:
    """The table that says which record was merged into which, and when; the names are its columns."""

    table: str
    merged: str
    surviving: str
    at: str


@dataclass(frozen=True)
class Identity:
    """Where a kind of source says who a person is; every name but `resolve_by` is a column of `table`.

    `resolve_by: mrn` means that `local_id` is a hospital number, which another source's identity table knows.
    `fallback_table` and `fallback_local_id` list the local ids of a source that knows no NHS numbers.
    """

    table: str
    local_id: str
    fallback_table: str
    fallback_local_id: str
    nhs_number: str | None = None
    mrn: str | None = None
    postcode: str | None = None
    merges: Merges | None = None
    known_text: tuple[str, ...] = ()
    resolve_by: str | None = None


@dataclass(frozen=True)
class Policy:
    """What may leave the identifiable zone of one kind of source; `digest` is the sha256 of the file."""

    kind: str
    version: int
    standard: str
    identity: Identity
    tables: Mapping[str, Table]
    digest: str


def output_schema(table: Table) -> list[tuple[str, str]]:
    """Return the columns of a pseudonymised table with their DuckDB types.

    `person_id` is first where the rows are a person's, `source` is last, the rest keep the policy's order.
    An identifiable table has none: it is never passed on.
    """
    if table.zone == "identifiable":
        return []
    person = [("person_id", "VARCHAR")] if table.person else []
    passed_on = [(column.name, column.output_type) for column in table.columns.values() if column.is_passed_on]
    return [*person, *passed_on, ("source", "VARCHAR")]


@cache
def load_policy(kind: str) -> Policy:
    """Return the policy of one kind of source from `policies/`.

    Raises:
        PolicyError: There is none for this kind, or it is wrong.
    """
    path = POLICIES / f"{kind}.yaml"
    if not NAME.fullmatch(kind) or not path.is_file():
        known = ", ".join(sorted(found.stem for found in POLICIES.glob("*.yaml")))
        raise PolicyError(f"there is no policy for this kind of source; known kinds: {known}")
    policy = parse_policy(path.read_bytes())
    if policy.kind != kind:
        raise PolicyError(f"policies/{kind}.yaml: kind: is not the name of the file")
    return policy


def parse_policy(text: str | bytes) -> Policy:
    """Return the policy that one YAML text states.

    Raises:
        PolicyError: Something in it is unknown, missing or contradictory; the message names the place.
    """
    content = text.encode() if isinstance(text, str) else text
    root = read_node(content)
    kind = root.text("kind")
    if not NAME.fullmatch(kind):
        raise PolicyError("kind: is lower case letters, digits and _")
    tables = {name: _table(name, node) for name, node in root.node("tables").items()}
    policy = Policy(
        kind=kind,
        version=root.integer("version"),
        standard=root.text("standard"),
        identity=_identity(root.node("identity")),
        tables=tables,
        digest=sha256(content).hexdigest(),
    )
    root.finish()
    _check_identity(policy)
    return policy


def _identity(node: Node) -> Identity:
    fallback = node.node("fallback")
    identity = Identity(
        table=node.text("table"),
        local_id=node.text("local_id"),
        fallback_table=fallback.text("table"),
        fallback_local_id=fallback.text("local_id"),
        nhs_number=node.optional_text("nhs_number"),
        mrn=node.optional_text("mrn"),
        postcode=node.optional_text("postcode"),
        merges=_merges(node.node("merges")) if node.has("merges") else None,
        known_text=node.texts("known_text"),
        resolve_by=node.optional_text("resolve_by"),
    )
    fallback.finish()
    node.finish()
    if identity.resolve_by not in (None, "mrn"):
        raise PolicyError("identity.resolve_by: must be mrn")
    if (identity.nhs_number is None) == (identity.resolve_by is None):
        raise PolicyError("identity: exactly one of nhs_number and resolve_by must be there")
    return identity


def _merges(node: Node) -> Merges:
    merges = Merges(node.text("table"), node.text("from"), node.text("to"), node.text("at"))
    node.finish()
    return merges


def _table(name: str, node: Node) -> Table:
    if not NAME.fullmatch(name):
        raise PolicyError(f"{node.place}: a table name is lower case letters, digits and _")
    content = node.content.get("columns")
    if not isinstance(content, dict):
        raise PolicyError(f"{node.place}: columns is missing")
    node.known.add("columns")
    columns = {column: _column(column, value, f"{node.place}.columns.{column}") for column, value in content.items()}
    table = Table(
        name=name,
        columns=columns,
        key=node.texts("key"),
        person=node.optional_text("person"),
        zone=node.optional_text("zone") or "pseudonymised",
        resource=node.optional_text("resource"),
    )
    node.finish()
    _check_table(table, node.place)
    return table


def _column(name: str, value: object, place: str) -> Column:
    if not NAME.fullmatch(name) or name == "source":
        raise PolicyError(f"{place}: a column name is lower case letters, digits and _, and not `source`")
    if isinstance(value, str):
        value = {"action": value}
    if not isinstance(value, dict):
        raise PolicyError(f"{place}: must be an action or a mapping with one")
    node = Node(place, value)
    required, action, argument = _action(node.text("action"), place)
    column = Column(
        name=name,
        action=action,
        argument=argument,
        required=required,
        path=node.optional_text("path"),
        where=node.text_map("where"),
        take=node.optional_text("take"),
        reference=node.flag("reference"),
        strip_prefix=node.optional_text("strip_prefix"),
        base64=node.flag("base64"),
        keyword=node.optional_text("keyword"),
        format=node.optional_text("format"),
    )
    node.finish()
    if column.format and (action, argument) not in (("keep", "date"), ("keep", "timestamp")):
        raise PolicyError(f"{place}.format: only a date or timestamp has a format")
    if (column.where and not column.take) or (column.take and not column.where):
        raise PolicyError(f"{place}: where and take belong together")
    return column


def _action(text: str, place: str) -> tuple[bool, str, str]:
    """Return whether a value is required, the action and its argument."""
    word, _, argument = text.partition(" ")
    if word == "required":
        action, argument = ("uid", "") if argument == "uid" else ("keep", argument)
    else:
        action = word
    if action not in ACTIONS:
        raise PolicyError(f"{place}: unknown action; known actions: {', '.join(ACTIONS)} and required")
    if not _is_argument(action, argument):
        raise PolicyError(f"{place}: {action} cannot take what stands behind it")
    return word == "required", action, argument


def _is_argument(action: str, argument: str) -> bool:
    if action == "keep":
        return argument in TYPES
    if action == "pseudonym":
        return NAME.fullmatch(argument) is not None
    if action == "one_of":
        values = argument.split("|")
        return all(value and value == value.strip() for value in values) and len(set(values)) == len(values)
    if action == "range":
        numbers = argument.split(" ")
        are_numbers = len(numbers) == 2 and all(NUMBER.fullmatch(number) for number in numbers)
        return are_numbers and float(numbers[0]) < float(numbers[1])
    return argument == ""


def _check_table(table: Table, place: str) -> None:
    if table.zone not in ZONES:
        raise PolicyError(f"{place}.zone: must be one of {', '.join(ZONES)}")
    persons = [column.name for column in table.columns.values() if column.action == "person"]
    if persons != ([table.person] if table.person else []):
        raise PolicyError(f"{place}.person: must name the one column whose action is person")
    if (table.zone == "pseudonymised") != (table.person is not None):
        raise PolicyError(f"{place}: exactly the tables without `zone` name a person")
    if not table.key or not set(table.key) <= table.columns.keys():
        raise PolicyError(f"{place}.key: must name columns of this table")
    is_identifiable = table.zone == "identifiable"
    if any((column.action == "identify") != is_identifiable for column in table.columns.values()):
        raise PolicyError(f"{place}: `identify` is the only action of an identifiable table, and of no other")
    if "person_id" in {column.name for column in table.columns.values() if column.is_passed_on}:
        raise PolicyError(f"{place}: person_id is the name of the pseudonym")


def _check_identity(policy: Policy) -> None:
    identity = policy.identity
    wanted = {identity.table: [identity.local_id, identity.nhs_number, identity.mrn, identity.postcode]}
    wanted[identity.table] += identity.known_text
    wanted.setdefault(identity.fallback_table, []).append(identity.fallback_local_id)
    if identity.merges:
        merges = identity.merges
        wanted.setdefault(merges.table, []).extend([merges.merged, merges.surviving, merges.at])
    for table, columns in wanted.items():
        if table not in policy.tables:
            raise PolicyError(f"identity: there is no table {table}")
        landed = policy.tables[table].landed_columns
        missing = sorted({column for column in columns if column and column not in landed})
        if missing:
            raise PolicyError(f"identity: table {table} does not land {', '.join(missing)}")
