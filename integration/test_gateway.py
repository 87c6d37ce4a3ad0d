"""The frontend's process and its gateway on a real engine, without a `uv sync` in sight."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integration.build import Build, build
from integration.engine import Engine
from integration.failure import failure_of
from integration.machine import Machine
from integration.recipes import PYTHON
from integration.slow_frontend import SECONDS

HERE = Path(__file__).parent
PROBE_IMAGE = "uvlayers-test/probe-frontend"
SLOW_IMAGE = "uvlayers-test/slow-frontend"

PLAIN = f"""\
FROM {PYTHON.image_ref} AS base
ARG GREETING=hello
ENV A=b
WORKDIR /app
RUN echo $GREETING > greeting
FROM base
COPY --link --from=base /app/greeting /linked
COPY Dockerfile /context/
USER 1000
CMD ["python3", "-V"]
"""

FAILING = f"""\
FROM {PYTHON.image_ref}
RUN true
RUN echo broken && \\
    exit 3
RUN true
"""


@pytest.fixture(scope="session")
def probe_image(
    engine: Engine, frontend_image: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    return make_probe_image(engine, frontend_image, tmp_path_factory.mktemp("probe"))


def make_probe_image(engine: Engine, frontend_image: str, context: Path) -> str:
    return started_by("probe_frontend.py", PROBE_IMAGE, engine, frontend_image, context)


def started_by(
    program: str, image_ref: str, engine: Engine, frontend_image: str, context: Path
) -> str:
    """The frontend image with another program in the place of its entry point."""
    shutil.copy(HERE / program, context)
    argv = json.dumps(["/usr/local/bin/python3", "-I", "-S", f"/{program}"])
    text = f"FROM {frontend_image}\nCOPY {program} /\nENTRYPOINT {argv}\n"
    (context / "Dockerfile").write_text(text, encoding="utf-8")
    build(engine, context, image_ref=image_ref)
    return image_ref


def write(context: Path, text: str, frontend: str | None = None) -> Path:
    syntax = "" if frontend is None else f"# syntax={frontend}\n"
    (context / "Dockerfile").write_text(f"{syntax}{text}", encoding="utf-8")
    return context


def run_probe(engine: Engine, context: Path, probe: str, **options: Any) -> Build:
    return build(engine, context, arguments={"PROBE": probe}, check=False, **options)


def image(engine: Engine, image_ref: str) -> Mapping[str, Any]:
    (found,) = json.loads(engine.docker("image", "inspect", image_ref))
    assert isinstance(found, dict)
    return found


def history(engine: Engine, image_ref: str) -> list[str]:
    lines = engine.docker("history", "--no-trunc", "--format={{.CreatedBy}}", image_ref)
    return lines.splitlines()


def underlined(done: Build) -> list[str]:
    """The lines that the client marks, of every file that it shows."""
    lines = done.messages.splitlines()
    return [line.split(">>> ", 1)[1] for line in lines if ">>> " in line]


def test_a_dockerfile_without_uv_is_built_as_ever(
    engine: Engine, frontend_image: str, tmp_path: Path
) -> None:
    # BUILDKIT_SYNTAX is what a syntax line would say: both builds are of the same file.
    context = write(tmp_path, PLAIN)
    plain, ours = "uvlayers-test/plain", "uvlayers-test/ours"
    build(engine, context, image_ref=plain, arguments={"GREETING": "hi"})
    arguments = {"GREETING": "hi", "BUILDKIT_SYNTAX": frontend_image}
    done = build(engine, context, image_ref=ours, arguments=arguments)
    assert done.progress.executed() == frozenset()
    assert image(engine, ours)["RootFS"] == image(engine, plain)["RootFS"]
    assert image(engine, ours)["Config"] == image(engine, plain)["Config"]
    assert history(engine, ours) == history(engine, plain)


@pytest.mark.parametrize("probe", ["solve", "warn"])
def test_a_definition_solved_again_is_the_same(
    engine: Engine, probe_image: str, tmp_path: Path, probe: str
) -> None:
    context = write(tmp_path, PLAIN)
    plain, ours = "uvlayers-test/plain", "uvlayers-test/ours"
    build(engine, context, image_ref=plain)
    arguments = {"PROBE": probe, "BUILDKIT_SYNTAX": probe_image}
    done = build(engine, context, image_ref=ours, arguments=arguments)
    assert done.progress.executed() == frozenset()
    assert image(engine, ours)["RootFS"] == image(engine, plain)["RootFS"]


def test_named_contexts_and_platforms(engine: Engine, frontend_image: str, tmp_path: Path) -> None:
    context = write(tmp_path, "FROM scratch\nCOPY --from=other /file /\n", frontend_image)
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("content", encoding="utf-8")
    output = tmp_path / "out"
    flags = ["--platform=linux/amd64,linux/arm64", f"--output={output}"]
    build(engine, context, contexts={"other": str(other)}, flags=flags)
    found = {path.relative_to(output): path.read_text() for path in output.rglob("file")}
    assert found == {
        Path("linux_amd64/file"): "content",
        Path("linux_arm64/file"): "content",
    }


def test_subrequests(engine: Engine, frontend_image: str, tmp_path: Path) -> None:
    context = write(tmp_path, PLAIN, frontend_image)
    said = engine.docker("buildx", "build", "--call=outline,format=json", str(context))
    assert "GREETING" in {arg["name"] for arg in json.loads(said)["args"]}


def test_a_failing_run_is_underlined(engine: Engine, frontend_image: str, tmp_path: Path) -> None:
    done = build(engine, write(tmp_path, FAILING, frontend_image), check=False)
    assert not done.ok
    assert underlined(done) == ["RUN echo broken && \\", "    exit 3"]
    assert "did not complete successfully: exit code: 3" in done.messages


@pytest.mark.parametrize("comments", [0, 5_000])
def test_a_daemons_error_passes_through_our_hands(
    engine: Engine, probe_image: str, tmp_path: Path, comments: int
) -> None:
    # Errors come with the Dockerfile in their trailers: here some 300 kB of it.
    text = FAILING + "# a comment that makes the file longer, and that many times over\n" * comments
    done = run_probe(engine, write(tmp_path, text, probe_image), "evaluate")
    assert not done.ok
    assert underlined(done) == ["RUN echo broken && \\", "    exit 3"]
    assert "did not complete successfully: exit code: 3" in done.messages
    assert len(done.progress.failed()) == 1


def test_an_error_of_ours_is_underlined(engine: Engine, probe_image: str, tmp_path: Path) -> None:
    done = run_probe(engine, write(tmp_path, PLAIN, probe_image), "error")
    assert not done.ok
    assert underlined(done) == [f"FROM {PYTHON.image_ref} AS base"]
    failure = failure_of(done)
    assert (failure.message, failure.hint) == ("not this line", "take another")


def test_a_crash_says_how_to_report_it(engine: Engine, probe_image: str, tmp_path: Path) -> None:
    done = run_probe(engine, write(tmp_path, PLAIN, probe_image), "crash")
    assert not done.ok
    assert "KeyError: 1" in done.messages
    assert "hint: this is a bug in uvlayers, not in the Dockerfile" in done.messages
    assert "exit code" not in done.messages


def test_a_start_that_takes_longer_than_the_daemon_waits(
    engine: Engine, frontend_image: str, tmp_path: Path
) -> None:
    context = tmp_path / "image"
    context.mkdir()
    slow = started_by("slow_frontend.py", SLOW_IMAGE, engine, frontend_image, context)
    done = build(engine, write(tmp_path, PLAIN, slow))
    assert done.seconds > SECONDS


def test_warnings(engine: Engine, probe_image: str, tmp_path: Path) -> None:
    done = run_probe(engine, write(tmp_path, PLAIN, probe_image), "warn")
    (warning,) = done.progress.warnings
    assert (warning.short, warning.detail) == ("mind this line", ("for reasons",))
    assert (warning.filename, warning.lines) == ("Dockerfile", ((2, 2),))


FILES = f"""\
FROM {PYTHON.image_ref} AS make
RUN mkdir -p /files/directory && cd /files && printf 12345 > small \\
    && dd if=/dev/zero of=big bs=1M count=20 && ln -s big link && ln -s none dangling \\
    && ln -s loop loop && chown 1000:1000 big && chmod 4750 big
FROM scratch
COPY --link --from=make /files /
"""


def test_facts(engine: Engine, probe_image: str, tmp_path: Path) -> None:
    found = facts(run_probe(engine, write(tmp_path, FILES, probe_image), "facts"))
    assert found["names"] == [
        "big:",
        "dangling:none",
        "directory:",
        "link:big",
        "loop:loop",
        "small:",
    ]
    assert found["matching"] == ["big"]
    assert found["missing"] == [None] * 8
    directory, loop = found["errors"]
    assert "directory" in directory
    assert "too many links" in loop
    assert found["sizes"] == [5, 20 * 2**20, 20 * 2**20]
    setuid = 1 << 23
    assert found["stat"] == ["big", setuid | 0o750, 1000, 20 * 2**20]
    assert found["scratch"] == [None]
    assert all(found["encoded"])
    assert found["merges"] is True
    assert found["platform"] == "linux"


def facts(done: Build) -> dict[str, Any]:
    found, _ = json.JSONDecoder().raw_decode(failure_of(done).message)
    assert isinstance(found, dict)
    return found


def test_the_second_engine_says_why_it_cannot_merge(
    machine: Machine, second_engine: Engine, tmp_path: Path
) -> None:
    machine.image(PYTHON.image_ref, second_engine)
    (tmp_path / "probe").mkdir()
    image_ref = make_probe_image(
        second_engine, machine.frontend_image(second_engine), tmp_path / "probe"
    )
    found = facts(run_probe(second_engine, write(tmp_path, FILES, image_ref), "facts"))
    assert found["merges"] is False
    assert found["reason"] == "only enabled with containerd image store backend"
    assert found["sizes"] == [5, 20 * 2**20, 20 * 2**20]
