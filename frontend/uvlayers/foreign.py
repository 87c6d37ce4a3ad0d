"""A RUN for another platform than the builder's: its environment, made without running its files.

Its uv and its Python cannot be run, but the same image for the builder's own platform, the twin,
has the same ones: they are asked, and a survey of both file systems shows whether they are the
same but for the architecture.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from posixpath import basename, dirname

from uvlayers.dockerfile.twin import platform_name
from uvlayers.errors import Unsupported
from uvlayers.files import directories_above
from uvlayers.gateway.errors import GatewayError
from uvlayers.llb.graph import Vertex
from uvlayers.pb import ops_pb2 as pb
from uvlayers.python.foreign import (
    Architecture,
    Survey,
    architecture,
    parse_survey,
    translate,
)
from uvlayers.python.interpreter import Interpreter
from uvlayers.questions import SURVEY_NAME, emit_survey
from uvlayers.skeleton import Ground, Skeleton, make_skeleton
from uvlayers.workshop import Workshop

_PROGRAM_PATHS = ("PATH", "UV_PYTHON_SEARCH_PATH")
_PREFIXES = ("CONDA_PREFIX", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
_VARIANTS = frozenset((("amd64", ""), ("arm64", ""), ("arm64", "v8")))


def is_foreign(run: Vertex, build_platform: pb.Platform) -> bool:
    """Whether the builder needs emulation to run it."""
    platform = run.op.platform
    own = (build_platform.OS, build_platform.Architecture)
    return (platform.OS, platform.Architecture) != own


def make_foreign_skeleton(
    target: Ground, twin: Ground, arguments: Mapping[str, object], shop: Workshop
) -> Skeleton:
    """The skeleton for `target`, made on its `twin`, with the target's interpreter.

    Raises Unsupported unless it is shown that uv would make the same on the target.
    """
    native = _architecture(twin.run.op.platform)
    foreign = _architecture(target.run.op.platform)
    _require_neutral(arguments, (native, foreign))
    if twin.root == target.root:
        raise Unsupported("what it runs on is not an image of several platforms")
    try:
        skeleton = make_skeleton(twin, arguments, shop.states, shop.guest)
    except GatewayError as error:
        raise Unsupported(f"what it runs on cannot be built here: {error.message}") from error
    interpreter = skeleton.interpreter
    environment = interpreter.environment
    if environment is None or (environment.existed and not skeleton.is_empty):
        raise Unsupported("uv changes what is there already")
    above = directories_above(shop.states, twin.root, environment.path)
    if not set(above) <= set(_table(arguments["directories"])):
        raise Unsupported("the directories above the environment are not the same")
    survey = _survey(target, twin, arguments, interpreter, shop)
    _require_same_mounts(target, twin, survey)
    return replace(skeleton, interpreter=translate(interpreter, survey, native, foreign))


def _architecture(platform: pb.Platform) -> Architecture:
    """Raises Unsupported for a variant: nothing says which of them a program needs."""
    if platform.OS != "linux" or (platform.Architecture, platform.Variant) not in _VARIANTS:
        raise Unsupported(f"no other platform can stand in for `{platform_name(platform)}`")
    return architecture(platform.Architecture)


def _require_neutral(arguments: Mapping[str, object], both: Sequence[Architecture]) -> None:
    """Raise Unsupported where what steers uv names an architecture."""
    text = json.dumps(arguments).lower()
    for name in (name for each in both for name in each.names):
        if name in text:
            raise Unsupported(f"its variables, flags or paths name an architecture: `{name}`")


def _survey(
    target: Ground,
    twin: Ground,
    arguments: Mapping[str, object],
    interpreter: Interpreter,
    shop: Workshop,
) -> Survey:
    """Read both file systems; raises Unsupported where that fails."""
    variables = {str(k): str(v) for k, v in _table(arguments["variables"]).items()}
    run_uv = arguments["uv"]
    assert isinstance(run_uv, list)
    if len(run_uv) > 1:
        raise Unsupported(f"uv is started by another program: `{run_uv[0]}`")
    questions = {
        "uv": run_uv[0],
        "path": variables.get("PATH", ""),
        "python": interpreter.base_executable,
        "minor": ".".join(map(str, interpreter.version[:2])),
        "programs": _program_directories(variables, arguments, interpreter),
        "libraries": [e for e in variables.get("LD_LIBRARY_PATH", "").split(":") if e],
        "compared": _compared(variables),
        "site": sorted({interpreter.real_scheme.purelib, interpreter.real_scheme.platlib}),
    }
    output = emit_survey(
        twin.run,
        interpreter.base_executable,
        (twin.root, twin.mounts),
        (target.root, target.mounts),
        shop.surveyor,
        questions,
    )
    try:
        facts = shop.states.answer(output, f"/{SURVEY_NAME}")
    except GatewayError as error:
        raise Unsupported(f"it cannot be compared: {error.message}") from error
    if facts is None:
        raise Unsupported("it cannot be compared")
    return parse_survey(facts)


def _program_directories(
    variables: Mapping[str, str], arguments: Mapping[str, object], interpreter: Interpreter
) -> list[str]:
    """Where uv looks for Pythons, its own managed ones aside."""
    searched = [entry for name in _PROGRAM_PATHS for entry in variables.get(name, "").split(":")]
    searched += [f"{variables[name]}/bin" for name in _PREFIXES if variables.get(name)]
    flags = arguments["arguments"]
    assert isinstance(flags, list)
    named = [variables.get("UV_PYTHON", ""), *map(str, flags), interpreter.base_executable]
    for path in named:
        searched += [dirname(path), f"{path}/bin"] if path.startswith("/") else []
    return [each for each in dict.fromkeys(searched) if each.startswith("/")]


def _compared(variables: Mapping[str, str]) -> list[str]:
    """uv's configuration, and the Pythons that it manages: those name their architecture."""
    home = variables.get("HOME", "/root")
    configured = [variables.get("XDG_CONFIG_HOME") or f"{home}/.config", "/etc", "/etc/xdg"]
    configured += variables.get("XDG_CONFIG_DIRS", "").split(":")
    data = variables.get("XDG_DATA_HOME") or f"{home}/.local/share"
    pythons = variables.get("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python"
    places = [*(f"{each}/uv" for each in configured), pythons, variables.get("UV_CONFIG_FILE", "")]
    return [each for each in dict.fromkeys(places) if each.startswith("/")]


def _require_same_mounts(target: Ground, twin: Ground, survey: Survey) -> None:
    """Raise Unsupported where a mount other than uv's own depends on the platform."""
    for own, other in zip(target.mounts, twin.mounts, strict=True):
        program = own.dest == survey.uv_mount or basename(own.dest) == "uvx"
        if own.source != other.source and not program:
            raise Unsupported(f"a mount is not the same on both platforms: `{own.dest}`")


def _table(value: object) -> Mapping[object, object]:
    assert isinstance(value, dict)
    return value
