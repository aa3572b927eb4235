"""A resource of the host is an object of a Python class."""

from __future__ import annotations

from typing import ClassVar

from host_resources import Errno, ErrnoError, HostResources, HostResourcesImports, files


class HostFile:
    """What the world calls `file`: it implements the protocol `files.File`."""

    all_files: ClassVar[dict[str, HostFile]] = {}

    def __init__(self, name: str) -> None:
        self._name = name
        self.data = b""
        self.all_files[name] = self

    def read(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def append(self, data: bytes) -> None:
        self.data += data

    def name(self) -> str:
        return self._name

    @classmethod
    def open(cls, name: str) -> HostFile:
        if name not in cls.all_files:
            raise ErrnoError(Errno.NOT_FOUND)
        return cls.all_files[name]


class Files:
    """The interface `files`."""

    File = HostFile

    def current(self) -> HostFile:
        return HostFile("current")

    def longer(self, left: files.File, right: files.File) -> files.File:
        assert isinstance(left, HostFile) and isinstance(right, HostFile)
        return max(left, right, key=lambda file: len(file.data))


with HostResources.load(imports=HostResourcesImports(files=Files())) as world:
    print(world.write_file("letter", b"Dear Ada"))
    print(world.name(HostFile.open("letter")))
    try:
        world.read_file("diary", 4)
    except ErrnoError as error:
        print(error.value)
