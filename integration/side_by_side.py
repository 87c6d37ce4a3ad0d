"""A case of the corpus, built by our frontend and by docker's own, and all in which they differ."""

import dataclasses
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from secrets import token_hex

from integration.cases import CONTEXT, Case
from integration.commands import CommandFailedError
from integration.compare import NAMES, PROGRAM, explained, read_entry
from integration.engine import Engine
from integration.failure import failure_of
from integration.frontends import HOST_NETWORK, NO_SYNTAX, Frontends, Image
from integration.index_server import Index, sha256
from integration.machine import Machine
from integration.progress import BuildWarning
from integration.projects import Project, Projects
from integration.recipes import ON_DEMAND, PYTHON, STANDARD
from integration.tree import Tree, differences
from integration.wheels import Wheel

# Cases at a time: much of a build is waiting.
WORKERS = 4

WHEELS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
LAYER = {f"{name} 1.0" for name in WHEELS}
FUTURE = Wheel("future", python=">=3.99")
MEMBERS = ("backend", "worker")

# What uv says of its progress: how long it took, and what was left to do.
PROGRESS_OF_UV = re.compile(
    r"^(Using CPython|Creating virtual|Resolved|Prepared|Installed| *(Building|Built)| [+] ).*\n",
    re.MULTILINE,
)

# `useradd` writes the day into them, and its step may be from another day.
DATED = ("etc/shadow", "etc/shadow-")

OURS = "uvlayers: "
LEFT_ALONE = re.compile(
    r"uvlayers: (?:`uv (?:pip )?(?:sync|install)` runs as written"
    r"|the environment is copied as one layer): "
)


def make_context(projects: Projects, index: Index, name: str = "corpus") -> Project:
    """A copy of the corpus's context, its projects locked against the index."""
    index.serve(*(Wheel(name) for name in WHEELS))
    # BuildKit keeps what it got of a directory by its name: two of them at a time would be mixed up
    directory = projects.root / f"{name}-{token_hex(3)}"
    shutil.copytree(CONTEXT, directory)
    project = Project(directory, projects.uv, projects.environment)
    for each in (project, *(project_in(project, name) for name in MEMBERS)):
        settings = (each.directory / "pyproject.toml").read_text(encoding="utf-8")
        each.write({"pyproject.toml": settings + index.settings}).lock()
    project.run_uv(*["export", "--quiet", "--frozen", "--no-emit-project", "-o", "pylock.toml"])
    index.serve(FUTURE)
    project.write({"exact.txt": exact_requirements(index, *map(Wheel, WHEELS))})
    project.write({"future.txt": exact_requirements(index, FUTURE)})
    requirements = (directory / "requirements.txt").read_text(encoding="utf-8")
    project.write({"requirements.txt": f"--index-url {index.url}/simple\n{requirements}"})
    with tarfile.open(directory / "static.tar", "w") as archive:
        archive.add(directory / "data", "static")
    return project


def exact_requirements(index: Index, *wheels: Wheel) -> str:
    """Wheels by URL and hash."""
    return "".join(
        f"{wheel.name} @ {index.url}/files/{wheel.filename}#sha256={sha256(wheel)}\n"
        for wheel in wheels
    )


def project_in(project: Project, name: str) -> Project:
    return Project(project.directory / name, project.uv, project.environment)


@dataclass(frozen=True)
class SideBySide:
    """Builds cases; `machine` has the images that they name."""

    machine: Machine
    both: Frontends
    context: Project

    def differences(self, case: Case) -> list[str]:
        """What is not as it is without uvlayers, and what is not as the case says; a line each."""
        for recipe in (*STANDARD, *ON_DEMAND):
            if recipe.image_ref in case.text:
                self.machine.image(recipe.image_ref)
        # one after the other: a RUN that both have is to run once
        docker = self._build(NO_SYNTAX, case)
        ours = self._build(f"# syntax={self.both.syntax}", case)
        built = ours.done.ok and docker.done.ok
        if built and not case.with_verdict("layers") and ours.layers() != docker.layers():
            # a step that several builds began at once has several results: both are to find one
            docker = self._build(NO_SYNTAX, case)
            ours = self._build(f"# syntax={self.both.syntax}", case)
        if ours.done.ok is not docker.done.ok or ours.done.ok is case.fails:
            ended = {True: "succeeds", False: "fails"}
            said = f"{ended[ours.done.ok]} with uvlayers, {ended[docker.done.ok]} without"
            return [said, ours.done.messages, docker.done.messages]
        if case.fails:
            return [*failures(case, ours, docker), *warnings(case, ours)]
        return [
            *warnings(case, ours),
            *layers(case, ours, docker),
            *configuration(ours, docker),
            *printed(case, ours, docker),
            *files(ours, docker),
        ]

    def _build(self, syntax: str, case: Case) -> Image:
        above, below = case.parts()
        flags = [HOST_NETWORK, *case.build_flags(self.context.directory)]
        return self.both.build(self.context, above + syntax, below, flags=flags, check=False)


def files(ours: Image, docker: Image) -> list[str]:
    """A line for every difference that uv does not explain (see `explained`)."""
    if ours.layers() == docker.layers():
        return []
    left, right = trees(ours.engine, ours.image_ref, docker.image_ref)
    for path in DATED:
        left.pop(path, None)
        right.pop(path, None)
    return differences(explained(left), explained(right), names=NAMES)


def trees(engine: Engine, left: str, right: str) -> tuple[Tree, Tree]:
    """The files of two images that are not quite the same; they need not have a Python for that."""
    roots = ("left", "right")
    command = [
        *("docker", "run", "--rm", "--interactive", "--network=none"),
        *(
            f"--mount=type=image,source={image_ref},target=/{root}"
            for root, image_ref in zip(roots, (left, right), strict=True)
        ),
        *(PYTHON.image_ref, "python3", "-I", "-S", "-B", "-"),
        *("--differing", *(f"/{root}" for root in roots)),
    ]
    with PROGRAM.open("rb") as program:
        done = subprocess.run(
            command, env=dict(engine.environment), stdin=program, capture_output=True, check=False
        )
    if done.returncode != 0:
        raise CommandFailedError(command, done.returncode, done.stderr.decode(errors="replace"))
    found = done.stdout.splitlines()
    ours, theirs = (frozenset(below(root, found)) for root in roots)
    return parse(ours - theirs), parse(theirs - ours)


def below(root: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """What was listed of one image, without the place at which it was mounted."""
    prefix = b'{"path": "' + root.encode()
    return (line.replace(prefix, b'{"path": "', 1) for line in lines if line.startswith(prefix))


def parse(lines: Iterable[bytes]) -> Tree:
    entries = (read_entry(line) for line in lines)
    return {
        path: dataclasses.replace(entry, path=path)
        for entry in entries
        for path in [entry.path.lstrip("/")]
    }


def warnings(case: Case, ours: Image) -> Iterator[str]:
    """A warning for each sync that is left as written, at its line and with its reason."""
    told = [each for each in ours.done.progress.warnings if each.short.startswith(OURS)]
    for mark in case.with_verdict("as written"):
        fitting = [each for each in told if fits(each, mark.line, mark.reason)]
        if len(fitting) != 1:
            yield f"line {mark.line}: {len(fitting)} warnings with the reason `{mark.reason}`"
        told = [each for each in told if each not in fitting]
    for mark in case.with_verdict("one layer"):
        # of a part, or of another place, nobody is told
        told = [each for each in told if not fits(each, mark.line, mark.reason)]
    for each in told:
        yield f"unexpected warning at {each.lines}: {each.short}"


def fits(warning: BuildWarning, line: int, reason: str) -> bool:
    starts = [first for first, _ in warning.lines[:1]]
    return LEFT_ALONE.sub("", warning.short, count=1) == reason and starts == [line]


def layers(case: Case, ours: Image, docker: Image) -> Iterator[str]:
    """Whether wheels are in layers of their own; without any, the layers are docker's."""
    made = any(
        "[uvlayers] install " in vertex.name for vertex in ours.done.progress.vertices.values()
    )
    if made is not bool(case.with_verdict("layers")):
        yield f"wheels were {'' if made else 'not '}installed one by one"
    history = ours.history()
    wheels = [entry for entry in history if LAYER.issuperset(entry.split(", "))]
    if bool(wheels) is not case.layered:
        yield f"the image's history names {len(wheels)} layers of wheels"
    if not made and ours.layers() != docker.layers():
        yield "the layers are not those of docker"
    if not made and history != docker.history():
        yield f"the history is not that of docker: {history}"
    entries = iter(history)
    for entry in docker.history():
        if entry not in entries:
            yield f"the history lacks, or has in another place: {entry}"
            break
    yield from linted(ours, docker)


def linted(ours: Image, docker: Image) -> Iterator[str]:
    """Docker's own warnings are the same."""
    left, right = (
        [
            (each.short, each.detail, each.url, each.filename, each.lines)
            for each in image.done.progress.warnings
            if not each.short.startswith(OURS)
        ]
        for image in (ours, docker)
    )
    if left != right:
        yield f"docker's warnings: {left} {NAMES[0]}, {right} {NAMES[1]}"


def configuration(ours: Image, docker: Image) -> Iterator[str]:
    left, right = (image.inspect() for image in (ours, docker))
    for name in ("Architecture", "Os"):
        if left[name] != right[name]:
            yield f"{name}: {left[name]} {NAMES[0]}, {right[name]} {NAMES[1]}"
    for name in sorted(left["Config"].keys() | right["Config"].keys()):
        one, other = left["Config"].get(name), right["Config"].get(name)
        if one != other:
            yield f"{name}: {one} {NAMES[0]}, {other} {NAMES[1]}"


def printed(case: Case, ours: Image, docker: Image) -> Iterator[str]:
    if not case.run:
        return
    left, right = (
        image.run(*case.run, flags=["--hostname=corpus", "--network=none"])
        for image in (ours, docker)
    )
    if left != right:
        yield f"`{' '.join(case.run)}` prints {left!r} {NAMES[0]}, {right!r} {NAMES[1]}"


def failures(case: Case, ours: Image, docker: Image) -> Iterator[str]:
    """The same message at the same lines, or a clearer one; and all that the commands printed."""
    (mark,) = case.with_verdict("fails")
    left, right = failure_of(ours.done), failure_of(docker.done)
    if mark.reason:
        right = dataclasses.replace(right, message=mark.reason, hint=left.hint)
    if left != right:
        yield f"{left} {NAMES[0]}, {right} {NAMES[1]}"
    if min(left.lines, default=0) != mark.line:
        yield f"it fails at {left.lines}"
    if ours.exists():
        yield "there is an image"
    if not mark.reason:
        said, expected = (failed_log(image) for image in (ours, docker))
        if said != expected:
            yield f"the failing command prints {said!r} {NAMES[0]}, {expected!r} {NAMES[1]}"


def failed_log(image: Image) -> list[str]:
    """What the commands that failed printed; output and errors come in any order.

    A command that fails beside the layers is run again as it is written, and says it twice.
    """
    progress = image.done.progress
    logs = "".join(progress.log(name) for name in progress.failed())
    return sorted(set(PROGRESS_OF_UV.sub("", logs).splitlines()))
