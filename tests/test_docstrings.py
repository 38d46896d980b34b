"""Public names are documented: summary, parameters, returns, in numpydoc's form."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from numpydoc.validate import validate

import workbench as wb

CHECKS = {"GL03", "GL08", "SS01", "SS03", "SS04", "SS05", "PR01", "PR02", "PR04", "PR07", "RT01"}
"""numpydoc's codes: what must hold."""


def public_names():
    """List functions, classes and their methods that a public package hands out."""
    found = {"workbench.config.Config", "workbench.config.Policy"}
    modules = ["workbench"]
    modules += [f"workbench.{m.name}" for m in pkgutil.iter_modules(wb.__path__)]
    for module in modules:
        home = importlib.import_module(module)
        for name in getattr(home, "__all__", []):
            thing = getattr(home, name)
            if not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            found.add(f"{thing.__module__}.{thing.__qualname__}")
            if inspect.isclass(thing):
                found |= {
                    f"{method.__module__}.{method.__qualname__}"
                    for attribute, method in inspect.getmembers(thing, inspect.isfunction)
                    if not attribute.startswith("_") and method.__module__.startswith("workbench")
                }
    return sorted(name for name in found if name.startswith("workbench"))


@pytest.mark.parametrize("name", public_names())
def test_documented(name):
    faults = [f"{code}: {text}" for code, text in validate(name)["errors"] if code in CHECKS]
    assert faults == []
