"""YAML as its version 1.2 reads it, where pyyaml follows 1.1.

There ``no`` is text and not false, ``1e-3`` is a number and not text, ``012`` is text and not ten,
``12:30`` is no count of minutes, and a key that stands twice is a mistake.
"""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

_DECIDED_ANEW = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


class NotYamlError(ValueError):
    """Text that is not YAML; the message names the line."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """The safe loader with the plain values of YAML 1.2, and without repeated keys."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and form that pyyaml asks for
        first: [(tag, form) for tag, form in forms if tag not in _DECIDED_ANEW]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, FBT001, FBT002 - pyyaml's own signature
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise NotYamlError(f"line {line}: {key.value} stands there more than once")
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep=deep))


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def load_yaml(text: str) -> Any:  # noqa: ANN401 - whatever the text holds
    r"""The content of YAML text.

    Raises
    ------
    NotYamlError
        When it is not YAML, holds a repeated key, or asks for objects.

    Examples
    --------
    >>> load_yaml("rate: 1e-3\ncountry: NO\nday: 2024-06-30")
    {'rate': 0.001, 'country': 'NO', 'day': datetime.date(2024, 6, 30)}
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise NotYamlError(f"{line}{error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise NotYamlError(" ".join(str(error).split())) from None
