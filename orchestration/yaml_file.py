"""Read one YAML file strictly: no aliases, no repeated keys, no guessed dates or octal numbers, at most 256 KiB."""

import re
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import ConfigError

MAX_BYTES = 256 * 1024


class _StrictLoader(yaml.SafeLoader):
    """YAML in which every plain scalar but true, false, null and numbers is a string."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs of PyYAML leave it out
            raise ConfigError(f"line {event.start_mark.line + 1}: YAML aliases are not accepted")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise ConfigError(f"line {key.start_mark.line + 1}: key {key.value!r} stands there twice")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


# SafeLoader reads `no` as False, 0123 as 83 and 12:30:45 as 45045; here those stay the strings that were written.
_StrictLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
):
    _StrictLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_yaml(path: Path) -> Any:
    """Return the content of one configuration file.

    Raises:
        ConfigError: The file is missing, too large, not UTF-8 or not strict YAML; the message names the line.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise ConfigError(f"{path.name}: cannot be read; expected at {path}") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path.name}: larger than {MAX_BYTES // 1024} KiB")
    try:
        return yaml.load(content.decode("utf-8"), Loader=_StrictLoader)  # a SafeLoader, made stricter
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name}: not UTF-8") from None
    except ConfigError as error:
        raise ConfigError(f"{path.name}: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError(f"{path.name}: line {line}: not valid YAML") from None
    except (yaml.YAMLError, RecursionError):
        raise ConfigError(f"{path.name}: not valid YAML") from None
