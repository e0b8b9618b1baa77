"""Templates of stacks are read as data.

moto reads them with PyYAML's full loader, whose tags `!!python/...` call whatever they name, in this process. Here its
modules see a loader that knows YAML's plain values and CloudFormation's short forms, and nothing else.
https://pyyaml.org/wiki/PyYAMLDocumentation#loading-yaml
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from course.cloud.moto_bridge.patches import stand_in

MODULES = ("moto.cloudformation.models", "moto.cloudformation.responses")


class PlainYaml:
    """`yaml` as moto's modules use it. Its `Loader` is a safe one, and constructors are added to that alone."""

    def __init__(self, yaml: ModuleType) -> None:
        self._yaml = yaml
        self.Loader: Any = type("Loader", (yaml.SafeLoader,), {})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._yaml, name)

    def add_multi_constructor(self, prefix: str, constructor: Callable[..., Any]) -> None:
        """Let `constructor` make the values of tags that begin with `prefix`."""
        self.Loader.add_multi_constructor(prefix, constructor)

    def load(self, text: Any, Loader: Any = None) -> Any:
        """The value of a document, by the safe loader whatever is asked for."""
        return self._yaml.load(text, Loader=self.Loader)


for _module in MODULES:
    stand_in(_module, "yaml")(PlainYaml)
