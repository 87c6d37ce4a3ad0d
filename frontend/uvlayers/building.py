"""Wheels that nobody fetches: files of the build itself, and what the RUN's own uv builds.

A build is a vertex of its own on the state below the project's files, so that its key changes with
neither the lock nor the code. uv runs there as the RUN would run it: with its network, user,
environment variables, secrets and caches.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from posixpath import dirname, normpath
from typing import cast

from uvlayers.dockerfile.ancestry import from_context, without_project
from uvlayers.dockerfile.view import ExecView
from uvlayers.emit import Archive
from uvlayers.errors import Unsupported
from uvlayers.files import StatePaths, output_of
from uvlayers.gateway.states import States
from uvlayers.installation import BUILD_PROJECT, Installation
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import Artifact
from uvlayers.llb.fileop import reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import State, whole
from uvlayers.llb.ops import Label, Mount, Process
from uvlayers.llb.rerun import rerun
from uvlayers.lock.excerpt import ROOT
from uvlayers.pb import ops_pb2 as pb
from uvlayers.questions import GUEST, MTIME, OUTPUT
from uvlayers.recipe import Recipe
from uvlayers.settings.request import SyncRequest
from uvlayers.toml import quote
from uvlayers.workshop import Workshop

OLDEST_UV = (0, 8)
"""The oldest uv whose cache and metadata are known to be what we take them for."""

# They name the project's directory without a bearing on what is built in another one.
_HARMLESS = frozenset(
    (
        "OLDPWD",
        "PATH",
        "PWD",
        "UV_CACHE_DIR",
        "UV_CONFIG_FILE",
        "UV_PROJECT",
        "UV_PROJECT_ENVIRONMENT",
        "UV_WORKING_DIR",
        "UV_WORKING_DIRECTORY",
        "VIRTUAL_ENV",
        "XDG_CACHE_HOME",
    )
)
# What uv writes as it stands into a `file:` URL.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+~")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the artifacts that are not fetched will be, `builds` by the digest of their vertex."""

    installation: Installation
    archives: Mapping[Artifact, Archive]
    builds: Mapping[str, Built]


def prepare(
    recipe: Recipe,
    state: Callable[[Output], State],
    shop: Workshop,
    present: Collection[Artifact],
) -> Prepared:
    """Find or build what the recipe installs from elsewhere than an index.

    `present` is what earlier RUNs have installed. What cannot be had is left to the command.
    """
    bench = _Bench(recipe, state, shop.states, shop.builder)
    given_up = shop.given_up.get(recipe.found.run.digest, {})
    archives: dict[Artifact, Archive] = {}
    builds: dict[str, Built] = {}
    reasons: dict[str, str] = {}
    for artifact in recipe.installation.wheels:
        if artifact in present:
            continue
        try:
            if artifact.name in given_up:
                raise Unsupported(given_up[artifact.name])
            if isinstance(artifact, PathWheel):
                archives[artifact] = bench.find(artifact.path)
            elif isinstance(artifact, Built):
                build = bench.build(artifact)
                builds[build.digest] = artifact
                archives[artifact] = Archive(
                    build.output(1), f"/{artifact.filename}", metadata=True
                )
        except Unsupported as reason:
            reasons[artifact.name] = reason.message
    return Prepared(recipe.installation.without(reasons), archives, builds)


class _Bench:
    """One RUN's surroundings, looked at when the first artifact needs it."""

    def __init__(
        self, recipe: Recipe, state: Callable[[Output], State], states: States, guest: Output
    ) -> None:
        self._recipe = recipe
        self._state = state
        self._states = states
        self._guest = guest
        self._view = ExecView(recipe.found.run, state)
        self._paths = StatePaths(states)
        self._apart: bool | None = None

    @property
    def _request(self) -> SyncRequest:
        """Nothing but a sync has packages to be built (see `plan_installation`)."""
        return cast("SyncRequest", self._recipe.request)

    def find(self, path: str) -> Archive:
        """The file at `path` as the RUN sees it."""
        self._require_known_uv()
        if not _PLAIN.issuperset(path):
            raise Unsupported(f"its path has unusual characters: `{path}`")
        place = self._view.locate(path)
        if place is None:
            raise Unsupported(f"only the command itself can see `{path}`: it is in a mount")
        output = output_of(place)
        if output is None or not self._paths.exists(output, place.path):
            raise Unsupported(f"there is no file at `{path}`")
        if self._paths.real(output, place.path) != place.path:
            raise Unsupported(f"the way to it leads through a symbolic link: `{path}`")
        return Archive(output, place.path)

    def build(self, package: Built) -> Vertex:
        """The vertex that builds a wheel of `package`."""
        self._require_apart(package)
        recipe, run = self._recipe, self._recipe.found.run
        process = Process(
            args=(
                recipe.skeleton.interpreter.base_executable,
                *("-I", "-S", "-B"),
                f"{GUEST}/build.py",
                json.dumps(self._arguments(package), sort_keys=True, separators=(",", ":")),
            ),
            environment=tuple(f"{k}={v}" for k, v in sorted(recipe.command.environment.items())),
            user="0:0",
        )
        mounts = [Mount(GUEST, self._guest, readonly=True), Mount(OUTPUT, output=True)]
        if package.archive is not None:
            found = self.find(package.archive)
            mounts.append(Mount(package.archive, found.output, found.path, readonly=True))
        label = Label(f"[uvlayers] build {package}", run.locations, run.metadata.ignore_cache)
        root = recipe.root.shadow
        if self._is_apart():
            root = without_project(root, self._request.workspace_root)
        if recipe.python is not None:
            root = recipe.python.on(root)
        return rerun(run, process, root, self._kept, mounts, label)

    def _kept(self, mount: pb.Mount) -> Output | None:
        """A bind mount's source in the new graph; None for those of the project's own files."""
        source = self._recipe.found.run.inputs[mount.input]
        place = normpath(f"/{mount.dest}").replace("//", "/")
        inside = reaches([place], self._request.workspace_root)
        if inside and from_context(source.vertex) and self._is_apart():
            return None
        return whole(self._state(source))

    def _require_apart(self, package: Built) -> None:
        request, run = self._request, self._recipe.found.run
        self._require_known_uv()
        if request.shared_builds is True or (
            request.shared_builds and package.name in request.shared_builds
        ):
            raise Unsupported("it is built inside the environment: `no-build-isolation`")
        if request.building.refusal:
            raise Unsupported(request.building.refusal)
        given = {variable.name for variable in run.op.exec.secretenv}
        hidden = sorted(self._recipe.command.unknown - given)
        if hidden:
            raise Unsupported(f"the value of `{hidden[0]}` is only known when it runs")

    def _require_known_uv(self) -> None:
        version = self._recipe.skeleton.interpreter.uv or ()
        if version[:2] < OLDEST_UV:
            raise Unsupported(f"uv is older than {'.'.join(map(str, OLDEST_UV))}")

    def _is_apart(self) -> bool:
        """Whether no variable leads a build to the project's files."""
        if self._apart is None:
            directory = self._request.workspace_root
            shadow = self._recipe.root.shadow
            named = any(
                f"{directory.rstrip('/')}/" in f"{value}/" and not self._is_harmless(name, value)
                for name, value in self._recipe.command.environment.items()
            )
            self._apart = not named and self._paths.real(shadow, directory) == directory
        return self._apart

    def _is_harmless(self, name: str, value: str) -> bool:
        if name != "PYTHONPATH":
            return name in _HARMLESS
        return not any(self._is_importable(entry) for entry in value.split(":"))

    def _is_importable(self, directory: str) -> bool:
        """Whether Python would find modules there."""
        place = self._view.locate(directory)
        output = None if place is None else output_of(place)
        if place is None:
            return True
        names = None if output is None else self._states.names(output, place.path)
        return any(
            not name.startswith(".") and ("." not in name or name.endswith((".py", ".so", ".pyc")))
            for name in names or ()
        )

    def _arguments(self, package: Built) -> dict[str, object]:
        request = self._request
        building = request.building
        settings = "\n".join(building.settings) + "\n"
        return {
            "uv": list(self._recipe.command.uv),
            "project": {
                "pyproject": _pyproject(package, "" if building.alone else settings),
                "lock": package.lock,
                "configuration": settings if building.alone else None,
            },
            "name": package.name,
            "cwd": dirname(BUILD_PROJECT),
            "arguments": [
                *building.flags,
                f"--python={self._recipe.skeleton.interpreter.base_executable}",
            ],
            "no_cache": building.no_cache,
            "user": self._recipe.found.run.op.exec.meta.user,
            "output": OUTPUT,
            "mtime": MTIME,
        }


def _pyproject(package: Built, settings: str) -> str:
    return "\n".join(
        (
            "[project]",
            f"name = {quote(ROOT)}",
            'version = "0"',
            f"dependencies = [{quote(package.name)}]",
            "",
            "[tool.uv]",
            settings,
            # a workspace of its own: uv does not look for one in the directories above
            "[tool.uv.workspace]",
            "",
        )
    )
