"""A YAML text as nodes that know their place, so that an error can name it; nothing here knows what a policy is.

Anchors, aliases, tags, duplicate keys and values of another type are refused; what nobody asked for is unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pseudonymisation.errors import PolicyError


@dataclass
class Node:
    """One mapping of the file. Every key that is asked for counts as known; `finish` refuses the others."""

    place: str
    content: Mapping[str, Any]
    known: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        """Return whether the key is there."""
        return key in self.content

    def text(self, key: str) -> str:
        """Return the text that must stand at a key."""
        return str(self._typed(key, str, "a text"))

    def optional_text(self, key: str) -> str | None:
        """Return the text at a key, or nothing where the key is not there."""
        return self.text(key) if self._asked(key) else None

    def integer(self, key: str) -> int:
        """Return the whole number that must stand at a key."""
        return int(self._typed(key, int, "a whole number"))

    def flag(self, key: str) -> bool:
        """Return whether a key is there and true."""
        return self._typed(key, bool, "true or false") if self._asked(key) else False

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at a key; none where the key is not there."""
        if not self._asked(key):
            return ()
        values = self._typed(key, list, "a list")
        if not all(isinstance(value, str) for value in values) or len(set(values)) < len(values):
            raise PolicyError(f"{self.place}.{key}: must be a list of different texts")
        return tuple(values)

    def text_map(self, key: str) -> Mapping[str, str]:
        """Return the mapping of texts to texts at a key; empty where the key is not there."""
        if not self._asked(key):
            return {}
        values: dict[str, str] = self._typed(key, dict, "a mapping")
        if not all(isinstance(value, str) for value in values.values()):
            raise PolicyError(f"{self.place}.{key}: every value must be a text")
        return values

    def node(self, key: str) -> "Node":
        """Return the mapping that must stand at a key."""
        return Node(f"{self.place}.{key}" if self.place else key, self._typed(key, dict, "a mapping"))

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield every key with the mapping that must stand there."""
        for key in self.content:
            yield key, self.node(key)

    def finish(self) -> None:
        """Refuse every key that nobody asked for.

        Raises:
            PolicyError: There is one.
        """
        unknown = sorted(set(self.content) - self.known)
        if unknown:
            raise PolicyError(f"{self.place or 'policy'}: unknown key {', '.join(unknown)}")

    def _asked(self, key: str) -> bool:
        self.known.add(key)
        return key in self.content

    def _typed(self, key: str, kind: type, wanted: str) -> Any:
        if not self._asked(key):
            raise PolicyError(f"{self.place or 'policy'}: {key} is missing")
        value = self.content[key]
        if type(value) is not kind:
            raise PolicyError(f"{f'{self.place}.' if self.place else ''}{key}: must be {wanted}")
        return value


def read_node(content: bytes) -> Node:
    """Return the mapping that a YAML text states.

    Raises:
        PolicyError: It is not UTF-8, not YAML, not one mapping, or uses what is refused here.
    """
    import yaml

    try:
        text = content.decode("utf-8")
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"policy: not YAML at line {line}") from None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise PolicyError("policy: not a YAML file in UTF-8") from None
    if any(getattr(event, "anchor", None) or getattr(event, "tag", None) for event in events):
        raise PolicyError("policy: anchors, aliases and tags are not allowed")
    if not isinstance(tree, yaml.MappingNode):
        raise PolicyError("policy: must be one mapping")
    _refuse_duplicates(tree, "policy")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        raise PolicyError("policy: not a YAML file in UTF-8") from None
    return Node("", value)


def _refuse_duplicates(node: Any, place: str) -> None:
    import yaml

    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_duplicates(child, place)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            raise PolicyError(f"{place}: every key must be a text; quote line {key.start_mark.line + 1}")
        if key.value in seen:
            raise PolicyError(f"{place}: {key.value} stands there twice")
        seen.add(key.value)
        _refuse_duplicates(value, f"{place}.{key.value}")
