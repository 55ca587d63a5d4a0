"""The one reader of YAML from outside: strict where the library is not.

Plain values only: no tags, no guessed dates, no yes for true, no leading zero
lost, no key twice. Anchors may repeat a part, but not multiply it.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tracker.errors import RowsRefusedError

MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_DEPTH = 20
MAXIMUM_VALUES = 50_000
REFUSAL = "The file was not imported; nothing was changed."

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
PLAIN_TAGS = {
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
    "tag:yaml.org,2002:str",
}


@dataclass(frozen=True)
class YamlFile:
    """What a file says, and on which line each place of it stands.

    `lines` goes by path, such as "segments[3].ends_at"; lines count from 1.
    """

    value: Any
    lines: dict[str, int]


class _FileError(Exception):
    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


class _PlainLoader(yaml.SafeLoader):
    """Resolves nothing: every plain scalar comes as its own text.

    It counts while it reads, so that a hostile file is refused early.
    """

    yaml_implicit_resolvers = {}

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.count = self.depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        self.count += 1
        self.depth += 1
        _refuse_excess(self.count, self.depth - 1, self.line + 1)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _refuse_excess(count: int, depth: int, line: int) -> None:
    if count > MAXIMUM_VALUES:
        raise _FileError(f"holds more than {MAXIMUM_VALUES:,} values", None)
    if depth > MAXIMUM_DEPTH:
        raise _FileError(f"is nested deeper than {MAXIMUM_DEPTH}", line)


def read_yaml(data: bytes) -> YamlFile:
    """Parse YAML sent by a stranger into mappings, lists, texts, numbers and truth.

    Raises:
        RowsRefusedError: it is too large, malformed, or uses what is not read
            here; says on which line.
    """
    if len(data) > MAXIMUM_BYTES:
        raise refusal(f"is larger than {MAXIMUM_BYTES // 1024} KiB", None)
    try:
        return _read(data)
    except _FileError as problem:
        raise refusal(str(problem), problem.line) from problem
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise _malformed(error) from error


def _read(data: bytes) -> YamlFile:
    root = yaml.compose(data, Loader=_PlainLoader)
    if root is None:
        raise _FileError("is empty", None)
    walk = _Walk()
    return YamlFile(walk.value(root, "", 0), walk.lines)


def refusal(reason: str, line: int | None) -> RowsRefusedError:
    """Refuse a whole file for one reason."""
    return RowsRefusedError(REFUSAL, [{"row": line, "column": None, "reason": reason}])


def _malformed(error: Exception) -> RowsRefusedError:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None)
    return refusal(
        f"is not readable as YAML: {said or 'a character is not allowed'}",
        mark.line + 1 if mark else None,
    )


class _Walk:
    """Turns nodes into values, counting them, so that aliases cannot multiply."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.count = 0

    def value(self, node: Node, path: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.count += 1
        _refuse_excess(self.count, depth, line)
        if node.tag not in PLAIN_TAGS:
            raise _FileError(f"the tag {node.tag} is not read here", line)
        self.lines[path] = line
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            return [
                self.value(each, f"{path}[{n}]", depth + 1)
                for n, each in enumerate(node.value)
            ]
        is_quoted = isinstance(node, ScalarNode) and node.style is not None
        return plain_value(node.value, is_quoted=is_quoted)

    def mapping(self, node: MappingNode, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise _FileError("a key must be a word", line)
            key = key_node.value
            if key in found:
                raise _FileError(f"“{key}” stands twice in {path or 'the file'}", line)
            place = f"{path}.{key}" if path else key
            found[key] = self.value(value_node, place, depth + 1)
            self.lines[place] = line
        return found


def plain_value(text: str, *, is_quoted: bool) -> Any:
    """Return a scalar: quoted, it is text; plain, it may be a number or a word."""
    if is_quoted:
        return text
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    return int(text) if INTEGER.fullmatch(text) else text


class _PlainDumper(yaml.SafeDumper):
    """Writes long texts as blocks and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _write_text(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_PlainDumper.add_representer(str, _write_text)


def write_yaml(value: Any) -> str:
    """Write plain values so that `read_yaml` reads exactly the same ones."""
    return yaml.dump(
        value, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=88
    )
