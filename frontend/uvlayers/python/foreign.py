"""The interpreter of an image that cannot be run here, from its twin and what a survey read.

A twin is the same image for the builder's own architecture: its interpreter can be asked. What the
survey (`guest/survey.py`) read of both shows whether they are the same Python but for that. Every
reading is first held against what the twin itself has said; what cannot be shown raises
Unsupported.
"""

import json
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from uvlayers.errors import Unsupported
from uvlayers.python.document import JsonObject, read_report
from uvlayers.python.interpreter import Interpreter, Libc


@dataclass(frozen=True, slots=True)
class Architecture:
    """A 64-bit, little-endian architecture: its name in images, in `uname`, in ELF files.

    `names` are all that texts may call it.
    """

    name: str
    machine: str
    elf: int
    names: tuple[str, ...]


ARCHITECTURES: Final = MappingProxyType(
    {
        each.name: each
        for each in (
            Architecture("amd64", "x86_64", 62, ("amd64", "x86_64", "x86-64")),
            Architecture("arm64", "aarch64", 183, ("arm64", "aarch64")),
        )
    }
)

_SAME: Final = MappingProxyType(
    {
        "python": "the interpreter's place",
        "pythons": "the Pythons that uv may find",
        "uv": "the place of uv",
        "library": "Python's standard library",
        "installed": "what is installed",
        "compared": "uv's configuration, or its Pythons",
        "accounts": "the accounts",
    }
)
_VERSION: Final = re.compile(r"([0-9]+)\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was read of both; `uv_mount` is the mount through which the target sees uv."""

    twin: JsonObject
    target: JsonObject

    @property
    def uv_mount(self) -> str | None:
        return self.target.optional("uv_mount", JsonObject.text)


def architecture(name: str) -> Architecture:
    """The architecture that images call so; raises Unsupported for one that was never tried."""
    if name not in ARCHITECTURES:
        raise Unsupported(f"only {' and '.join(ARCHITECTURES)} can stand in for each other")
    return ARCHITECTURES[name]


def parse_survey(json_text: bytes) -> Survey:
    """Parse what the survey wrote; raises Unsupported for an error that it reports."""
    survey = read_report(json_text, "survey", "the survey is")
    return Survey(survey.table("twin"), survey.table("target"))


def translate(
    interpreter: Interpreter, survey: Survey, native: Architecture, target: Architecture
) -> Interpreter:
    """The target's interpreter, where `interpreter` is the twin's.

    Raises Unsupported unless all that was read of the two is the same but for the architecture.
    """
    _require_known(interpreter, survey.twin, native)
    _require_same(survey)
    _require_programs(survey, native, target)
    _require_built_alike(survey, native, target)
    return replace(
        interpreter,
        machine=target.machine,
        libc=_libc(survey.target),
        markers=MappingProxyType({**interpreter.markers, "platform_machine": target.machine}),
    )


def _require_known(interpreter: Interpreter, twin: JsonObject, native: Architecture) -> None:
    """Raise Unsupported unless the twin's readings are what its interpreter has told."""
    machine = interpreter.markers["platform_machine"]
    if machine != native.machine or interpreter.machine != native.machine:
        raise Unsupported(f"the builder has another architecture: `{machine}`")
    if interpreter.pointer_size != 64:
        raise Unsupported(f"it is a Python of {interpreter.pointer_size} bits")
    if interpreter.uv is None:
        raise Unsupported("uv does not tell its version")
    version = interpreter.sys_version.partition(" ")[0]
    _require_one(twin.table("python"), version, "the interpreter's version")
    _require_one(twin.table("uv"), ".".join(map(str, interpreter.uv)), "uv's version")
    if _libc(twin) != interpreter.libc:
        raise Unsupported("the version of the C library cannot be read")
    if not interpreter.manylinux_compatible:
        raise Unsupported("a module speaks against manylinux wheels")


def _require_one(program: JsonObject, version: str, what: str) -> None:
    found = program.texts("versions")
    if found != (version,):
        raise Unsupported(f"{what} cannot be read: {', '.join(found) or 'nothing'} for {version}")


def _require_same(survey: Survey) -> None:
    twin, target = survey.twin.table("same"), survey.target.table("same")
    for key, what in _SAME.items():
        if twin.raw(key) != target.raw(key):
            raise Unsupported(f"not the same on both platforms: {what}")
    for side in (survey.twin, survey.target):
        for path in side.texts("vetoes"):
            raise Unsupported(f"a module may speak against manylinux wheels: `{path}`")


def _require_programs(survey: Survey, native: Architecture, target: Architecture) -> None:
    """Raise Unsupported unless all programs are what they are called, in the same versions."""
    twins = _programs(survey.twin)
    for name, program in _programs(survey.target).items():
        twin = twins[name]
        _require_architecture(name, twin, native)
        _require_architecture(name, program, target)
        versions = program.texts("versions")
        if not versions or versions != twin.texts("versions"):
            here, there = (", ".join(each.texts("versions")) for each in (twin, program))
            raise Unsupported(
                f"the version of `{name}` is not the same on both platforms: {here}, {there}"
            )


def _programs(side: JsonObject) -> dict[str, JsonObject]:
    others = side.table("others")
    same = side.table("same")
    return {
        same.text("python"): side.table("python"),
        **{path: others.table(path) for path in others.names()},
        same.text("uv"): side.table("uv"),
    }


def _require_architecture(name: str, program: JsonObject, expected: Architecture) -> None:
    if (program.number("machine"), program.flag("wide"), program.flag("little")) != (
        expected.elf,
        True,
        True,
    ):
        raise Unsupported(f"`{name}` is no program for {expected.name}")


def _require_built_alike(survey: Survey, native: Architecture, target: Architecture) -> None:
    """Raise Unsupported unless both Pythons were built alike but for the architecture."""
    here = _build(survey.twin, native)
    there = _build(survey.target, target)
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) != there.get(name):
            raise Unsupported(f"the Pythons of both platforms are built differently: `{name}`")


def _build(side: JsonObject, own: Architecture) -> dict[str, str]:
    """How the Python was built, the architecture's name replaced."""
    table = side.table("build")
    texts = {
        name: {
            key: json.dumps(table.table(name).raw(key)).replace(own.machine, "MACHINE")
            for key in table.table(name).names()
        }
        for name in table.names()
    }
    (first, *others) = texts.values() or ({},)
    if not first:
        raise Unsupported("nothing tells how the Python was built")
    if any(other != first for other in others):
        raise Unsupported("there are several Pythons in one place")
    return first


def _libc(side: JsonObject) -> Libc:
    libc = side.table("libc")
    family, versions = libc.text("family"), libc.texts("versions")
    match = _VERSION.fullmatch(versions[0]) if len(versions) == 1 else None
    if match is None:
        raise Unsupported("the version of the C library cannot be read")
    major, minor = int(match[1]), int(match[2])
    return Libc("musl" if family == "musl" else "glibc", major, minor)
