"""Small locks and environments for the tests of `uvlayers.lock`."""

from collections.abc import Iterable, Mapping

from uvlayers.lock.conditions import Conditions
from uvlayers.lock.environment import Environment
from uvlayers.lock.model import Lock
from uvlayers.lock.parse import parse_lock

INDEX = "https://index.example/simple"
FILES = "https://files.example"
DIGEST = "sha256:" + "0123456789abcdef" * 4

ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.3",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.12.3",
    "python_version": "3.12",
    "sys_platform": "linux",
}

HEADER = 'version = 1\nrevision = 5\nrequires-python = ">=3.9"\n'


def environment(**changes: str) -> Environment:
    """Return a Linux interpreter's markers, with some values replaced."""
    return Environment({**ENVIRONMENT, **changes}, Conditions())


def package(
    name: str,
    version: str = "1.0",
    *,
    dependencies: Iterable[str] = (),
    extras: Mapping[str, Iterable[str]] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    source: str = f'{{ registry = "{INDEX}" }}',
    more: str = "",
) -> str:
    """Return a `[[package]]`; dependencies are `name` or a whole inline table."""
    lines = ["[[package]]", f'name = "{name}"', f'version = "{version}"', f"source = {source}"]
    lines += [_edges("dependencies", dependencies)] if dependencies else []
    lines += [more] if more else []
    for title, table in (("optional-dependencies", extras), ("dev-dependencies", groups)):
        if table:
            lines.append(f"[package.{title}]")
            lines += [_edges(key, edges) for key, edges in table.items()]
    return "\n".join(lines) + "\n"


def project(name: str = "app", path: str = ".", kind: str = "virtual", **rest: object) -> str:
    """Return the package of a workspace member."""
    return package(name, "0.1.0", source=f'{{ {kind} = "{path}" }}', **rest)  # type: ignore[arg-type]


def wheels(*filenames: str, digest: str | None = DIGEST) -> str:
    """Return a `wheels` array as uv writes it."""
    known = "" if digest is None else f', hash = "{digest}"'
    lines = "".join(f'    {{ url = "{FILES}/{name}"{known}, size = 3 }},\n' for name in filenames)
    return f"wheels = [\n{lines}]"


def lock_text(*packages: str, header: str = HEADER) -> str:
    """Return a whole uv.lock."""
    return "\n".join([header, *packages])


def lock_of(*packages: str, header: str = HEADER) -> Lock:
    """Return a whole uv.lock, parsed."""
    return parse_lock(lock_text(*packages, header=header).encode())


def _edges(key: str, edges: Iterable[str]) -> str:
    tables = [edge if edge.startswith("{") else f'{{ name = "{edge}" }}' for edge in edges]
    lines = "".join(f"    {table},\n" for table in tables)
    return f"{key} = [\n{lines}]"
