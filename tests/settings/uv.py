"""Real uv as the judge: its `--show-settings`, parsed, and the files that it is shown."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


class HostFiles:
    """`settings.Files` over this machine's own files below `root`; the rest is not there."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)

    def read(self, path: str) -> bytes | None:
        if not self._is_inside(path) or not Path(path).is_file():
            return None
        return Path(path).read_bytes()

    def list(self, path: str) -> tuple[str, ...] | None:
        if not self._is_inside(path) or not Path(path).is_dir():
            return None
        return tuple(sorted(entry.name for entry in Path(path).iterdir()))

    def _is_inside(self, path: str) -> bool:
        return path == self.root or path.startswith(f"{self.root}/")


class MemoryFiles:
    """`settings.Files` over a mapping from absolute path to text."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def read(self, path: str) -> bytes | None:
        text = self.files.get(path)
        return None if text is None else text.encode()

    def list(self, path: str) -> tuple[str, ...] | None:
        prefix = path.rstrip("/") + "/"
        names = {p.removeprefix(prefix).split("/")[0] for p in self.files if p.startswith(prefix)}
        return tuple(sorted(names)) or None


def run_uv(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    assert UV is not None
    return subprocess.run(
        [UV, *arguments],
        cwd=cwd,
        env={"PATH": f"{sys.base_prefix}/bin:/usr/bin:/bin", "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@dataclass(frozen=True)
class Struct:
    """A named Rust value: `Name { key: value }` or `Name(value, …)`."""

    name: str
    fields: Mapping[str, Any]
    values: tuple[Any, ...] = ()

    def __getitem__(self, path: str) -> Any:
        found: Any = self
        for key in path.split("."):
            found = found.fields[key]
        return found


def parse_debug(text: str) -> list[Any]:
    """The values of a text in the format of Rust's `{:#?}`; a lone name is its own string."""
    tokens = list(_tokens(text))
    values = []
    while tokens:
        values.append(_value(tokens))
    return values


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        character = text[at]
        end = at + 1
        if character == '"':
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            end += 1
        elif character not in "{}[](),: \n":
            while end < len(text) and text[end] not in '{}[](),: \n"':
                end += 1
        if not text[at:end].isspace() and character != ",":
            yield text[at:end]
        at = end


def _value(tokens: list[str]) -> Any:
    token = tokens.pop(0)
    if token == "[":
        return list(_until("]", tokens))
    if token == "{":
        return _mapping(tokens)
    if token == "(":
        return tuple(_until(")", tokens))
    if token.startswith('"'):
        return token[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    following = tokens[0] if tokens else ""
    if following == "{":
        del tokens[0]
        return Struct(token, _mapping(tokens))
    if following == "(":
        del tokens[0]
        return Struct(token, {}, tuple(_until(")", tokens)))
    return token


def _until(end: str, tokens: list[str]) -> Iterator[Any]:
    while tokens[0] != end:
        yield _value(tokens)
    del tokens[0]


def _mapping(tokens: list[str]) -> dict[str, Any]:
    found = {}
    while tokens[0] != "}":
        key = _value(tokens)
        if tokens[0] == ":":
            del tokens[0]
            found[str(key)] = _value(tokens)
        else:
            found[str(key)] = None
    del tokens[0]
    return found


def names(value: Any) -> frozenset[str]:
    """The names in a list of `PackageName("x")` and the like."""
    return frozenset(each.values[0] for each in value)


def words(text: str) -> list[str]:
    return text.split()
