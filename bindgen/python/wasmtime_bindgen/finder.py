"""Finds and loads the modules of a package that is in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


class Finder(MetaPathFinder):
    """Finds the modules of one package."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self._name, self._loader = name, _Loader(name, files)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return where a module of the package is; None for any other."""
        if fullname != self._name and fullname.rpartition(".")[0] != self._name:
            return None
        origin = self._loader.file(fullname)
        if origin not in self._loader.files:
            return None
        is_package = self._loader.is_package(fullname)
        spec = ModuleSpec(
            fullname, self._loader, origin=f"{self._name}/{origin}", is_package=is_package
        )
        spec.has_location = True  # so that there is a `__file__`, which tracebacks and pkgutil want
        return spec


class _Loader(InspectLoader):
    """Loads the modules of one package; `inspect`, tracebacks and `pkgutil` read it, too."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name, self.files = name, files

    def file(self, fullname: str) -> str:
        """Return the name of the file that a module would be."""
        return "__init__.py" if fullname == self.name else f"{fullname.rpartition('.')[2]}.py"

    def is_package(self, fullname: str) -> bool:
        return fullname == self.name

    def get_source(self, fullname: str) -> str:
        return self.files[self.file(fullname)].decode()

    def get_filename(self, fullname: str) -> str:
        return f"{self.name}/{self.file(fullname)}"

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(self.get_source(fullname), self.get_filename(fullname))

    def exec_module(self, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)

    def get_data(self, path: str) -> bytes:
        """Return a file beside the modules, as `pkgutil.get_data` asks for it."""
        try:
            return self.files[Path(path).name]
        except KeyError:
            raise FileNotFoundError(path) from None
