"""Bad input: one clear error at the line of the Dockerfile, and no image."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from secrets import token_hex

import pytest

from integration.failure import failure_of
from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index, sha256
from integration.projects import Project, Projects, pyproject
from integration.wheels import Wheel

# The sync is neither the first nor the last line of its RUN.
DOCKERFILE = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN true && \\
    uv sync {flag} \\
      --no-dev
RUN echo never
"""
SYNC = {6: "RUN true && \\", 7: "    uv sync {flag} \\", 8: "      --no-dev"}


@dataclass(frozen=True)
class Faulty:
    """A project whose build must fail."""

    project: Project
    wheel: Wheel
    both: Frontends

    def build(self, flag: str = "--frozen") -> Image:
        return self.both.ours(
            self.project, DOCKERFILE.format(flag=flag), flags=[HOST_NETWORK], check=False
        )

    def edit_lock(self, old: str, new: str) -> None:
        self.project.replace("uv.lock", old, new)


Make = Callable[..., Faulty]


@pytest.fixture
def make(both: Frontends, projects: Projects, index: Index) -> Make:
    """Projects with one wheel that no engine has ever seen."""

    def make_faulty(tag: str = "py3-none-any") -> Faulty:
        wheel = Wheel(f"faulty-{token_hex(4)}", tag=tag)
        index.serve(wheel)
        text = pyproject("failing", [wheel.name], more=index.settings)
        return Faulty(projects.new(wheel.name, {"pyproject.toml": text}), wheel, both)

    return make_faulty


def told(image: Image, flag: str = "--frozen") -> tuple[str, str]:
    """Message and hint of an error at the sync; there is no image and nothing later has run."""
    failure = failure_of(image.done)
    assert failure.filename == "Dockerfile"
    assert failure.lines == {line: text.format(flag=flag) for line, text in SYNC.items()}
    assert "\n" not in failure.message
    assert not image.exists()
    assert "RUN echo never" not in "".join(image.done.progress.executed())
    return failure.message, failure.hint


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE])
def test_the_index_answers_with_an_error(make: Make, index: Index, status: HTTPStatus) -> None:
    faulty = make()
    wheel = faulty.wheel
    index.break_file(wheel.filename, status, b"some page that explains nothing")
    message, hint = told(faulty.build())
    assert message == (
        f"cannot fetch `{wheel.filename}` of `{wheel.name} 1.0` in uv.lock from"
        f" {index.url}/files/{wheel.filename}: invalid response status {status.value}"
    )
    assert ("uv lock --upgrade-package" in hint) is (status is HTTPStatus.NOT_FOUND)
    assert ("can be run again" in hint) is (status is HTTPStatus.SERVICE_UNAVAILABLE)


def test_an_error_of_the_index_is_forgotten_when_it_is_over(make: Make, index: Index) -> None:
    faulty = make()
    index.break_file(faulty.wheel.filename, HTTPStatus.SERVICE_UNAVAILABLE)
    told(faulty.build())
    del index.faults[faulty.wheel.filename]
    image = faulty.both.ours(faulty.project, DOCKERFILE.format(flag="--frozen"), tagged=False)
    assert image.done.ok


GOES_ON = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen {joint} touch /went-on
RUN test -f /went-on
"""


@pytest.mark.parametrize("joint", ["||", ";"])
def test_a_run_that_goes_on_where_a_wheel_cannot_be_had(
    make: Make, index: Index, joint: str
) -> None:
    faulty = make()
    index.break_file(faulty.wheel.filename, HTTPStatus.NOT_FOUND)
    text = GOES_ON.format(joint=joint)
    image = faulty.both.ours(faulty.project, text, flags=[HOST_NETWORK], tagged=False)
    assert image.done.ok
    (warning,) = image.done.progress.warnings
    reason = f"the RUN goes on where it fails: cannot fetch `{faulty.wheel.filename}`"
    assert reason in warning.short
    assert warning.lines == ((6, 6),)


def test_a_wheel_has_another_hash(make: Make, index: Index) -> None:
    faulty = make()
    wheel = faulty.wheel
    replaced = Wheel(wheel.name, files={"evil.py": ""}).content()
    index.break_file(wheel.filename, HTTPStatus.OK, replaced)
    message, hint = told(faulty.build())
    assert message.startswith(f"cannot fetch `{wheel.filename}` of `{wheel.name} 1.0` in uv.lock")
    assert "digest mismatch" in message
    assert message.endswith(f"sha256:{sha256(wheel)}")
    assert "lock again" in hint


def test_no_wheel_is_for_this_platform(make: Make) -> None:
    faulty = make(tag="cp313-cp313-win_amd64")
    message, hint = told(faulty.build())
    assert f"`{faulty.wheel.name}==1.0 @ registry+" in message
    assert "doesn't have a source distribution or wheel for the current platform" in message
    assert faulty.wheel.filename in hint


@pytest.mark.parametrize("flag", ["--locked", "--frozen"])
def test_there_is_no_lock(make: Make, flag: str) -> None:
    faulty = make()
    (faulty.project.directory / "uv.lock").unlink()
    message, hint = told(faulty.build(flag), flag)
    assert message == f"unable to find lockfile at `/app/uv.lock`, but `{flag}` was provided"
    assert "uv lock" in hint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version = 1\n", "version = \n", "not valid TOML"),
        ("version = 1\n", "version = 2\n", "unsupported lockfile schema version (v2, "),
        ('hash = "sha256:', 'hash = "sha257:', "in `package[1].wheels[0]"),
        ("[[package]]", "[[package]]\nname = 1", "not valid TOML"),
        ('version = "1.0"', 'version = "x"', "in `package[1].version`"),
    ],
)
def test_the_lock_cannot_be_read(make: Make, old: str, new: str, expected: str) -> None:
    faulty = make()
    faulty.edit_lock(old, new)
    message, hint = told(faulty.build())
    assert message.startswith("cannot use uv.lock: ")
    assert expected in message
    assert hint


def test_a_stale_lock_fails_with_the_message_of_uv(make: Make) -> None:
    faulty = make()
    faulty.project.replace("pyproject.toml", f'"{faulty.wheel.name}"', f'"{faulty.wheel.name}>=1"')
    image = faulty.build("--locked")
    message, _ = told(image, "--locked")
    assert message.endswith("did not complete successfully: exit code: 1")
    said = image.done.progress.log("uv sync")
    assert "lockfile at `uv.lock` needs to be updated, but `--locked` was provided" in said
    assert "uv lock" in said


def test_an_unknown_group_is_an_error_of_uv(make: Make) -> None:
    faulty = make()
    image = faulty.build("--frozen --group nowhere")
    message, _ = told(image, "--frozen --group nowhere")
    assert "nowhere" in message + image.done.progress.log("uv sync")


PLACES = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN test {before} = well
RUN uv sync --frozen && \\
    test {inside} = well
RUN test {after} = well && .venv/bin/python -c 'import alpha'
COPY {copied} /copied
"""


@pytest.mark.parametrize(
    ("place", "lines"),
    [("before", [6]), ("inside", [7, 8]), ("after", [9]), ("copied", [10]), ("", [])],
)
def test_a_failing_step_points_at_its_own_line(
    both: Frontends, projects: Projects, index: Index, place: str, lines: list[int]
) -> None:
    index.serve(Wheel("alpha"))
    text = pyproject("places", ["alpha"], more=index.settings)
    project = projects.new(f"places-{place}", {"pyproject.toml": text})
    texts = {"before": "well", "inside": "well", "after": "well", "copied": "uv.lock", place: "ill"}
    dockerfile = PLACES.format(**texts)
    ours = both.ours(project, dockerfile, flags=[HOST_NETWORK], check=False)
    if not place:
        assert ours.done.ok
        return
    docker = both.docker(project, dockerfile, flags=[HOST_NETWORK], check=False)
    assert list(failure_of(ours.done).lines) == lines
    assert failure_of(ours.done).lines == failure_of(docker.done).lines
    assert not ours.exists()
    if place != "inside":
        assert failure_of(ours.done) == failure_of(docker.done)


DAEMON = {
    "no such image": "FROM uvlayers-test/none:none\nRUN uv sync\n",
    "no such file": "FROM python:3.13-slim\nCOPY none /none\nRUN uv sync\n",
    "no such stage": "FROM python:3.13-slim\nCOPY --from=none / /none\nRUN uv sync\n",
    "no such instruction": "FROM python:3.13-slim\nRAN uv sync\n",
    "no such flag": "FROM python:3.13-slim\nRUN --mount=type=none uv sync\n",
    "no such target": "FROM python:3.13-slim AS base\nRUN uv sync\n",
}


@pytest.mark.parametrize("name", DAEMON)
def test_errors_of_the_daemon_arrive_unchanged(
    both: Frontends, projects: Projects, name: str
) -> None:
    project = projects.new(name.replace(" ", "-"), {"pyproject.toml": pyproject("plain", [])})
    flags = ["--target=none"] if name == "no such target" else []
    ours = both.ours(project, DAEMON[name], flags=flags, check=False)
    docker = both.docker(project, DAEMON[name], flags=flags, check=False)
    failure, expected = failure_of(ours.done), failure_of(docker.done)
    if not expected.lines:
        # BuildKit marks the syntax line where a frontend fails without saying at which line
        assert list(failure.lines) == [1]
        failure = replace(failure, filename="", lines={})
    assert failure == expected
    assert not ours.exists()
