"""Lodose: does low-dose naltrexone work for me?

A person's diary and the plan of their trial go in; the answer comes out with its uncertainty.

Examples
--------
>>> import lodose
>>> diary = lodose.read_diary("demo/diary.csv")  # doctest: +SKIP
>>> protocol = lodose.read_protocol("demo/protocol.toml")  # doctest: +SKIP
>>> lodose.verdict(diary, protocol)  # doctest: +SKIP
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lodose.diary import read_diary as read_diary
    from lodose.planning import plan_trial as plan_trial
    from lodose.trial import read_protocol as read_protocol
    from lodose.verdict import verdict as verdict

__version__ = "0.1.0"

__all__ = ["__version__", "plan_trial", "read_diary", "read_protocol", "verdict"]

# Where each public name lives. They are fetched when first used: the numerical libraries behind
# them take a second to load, which nobody should wait for who only asks for the version.
_HOMES = {
    "plan_trial": "lodose.planning",
    "read_diary": "lodose.diary",
    "read_protocol": "lodose.trial",
    "verdict": "lodose.verdict",
}


class _CallableModule(ModuleType):
    """A module that can be called as the function of its own name."""

    def __call__(self, *args: object, **options: object) -> object:
        return getattr(self, self.__name__.rpartition(".")[2])(*args, **options)


class _Package(ModuleType):
    """This package, in which ``verdict`` is both a function and a subpackage.

    Importing ``lodose.verdict`` puts the subpackage in the place where a person expects the
    function, whoever imports it first. Making the subpackage callable keeps both readings:
    ``lodose.verdict(diary, protocol)`` and ``lodose.verdict.to_json``.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name == "verdict" and type(value) is ModuleType:
            value.__class__ = _CallableModule
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'lodose' has no attribute '{name}'")
    from importlib import import_module

    home = import_module(_HOMES[name])
    return home if home.__name__ == f"lodose.{name}" else getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
