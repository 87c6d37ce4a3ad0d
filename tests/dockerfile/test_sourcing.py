"""`. FILE` before a sync: what real uv writes there, read by us and by real shells."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath

import pytest
from uv import find_uv_bin
from uvlayers.dockerfile.command import Opaque, SyncCommand, find_sync
from uvlayers.dockerfile.shell.scope import Kind

SHELLS = [shell for name in ("dash", "bash") if (shell := shutil.which(name))]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/root"}
UNTOLD = "it comes after a sourced file"
ENV = """\
#!/bin/sh
# put it there
case ":${PATH}:" in
    *:"$HOME/.local/bin":*)
        ;;
    *)
        # in front
        export PATH="$HOME/.local/bin:$PATH"
        ;;
esac
"""


class Texts:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def kind(self, path: str) -> Kind | None:
        return "file" if normpath(path) in self.texts else None

    def sourced(self, path: str) -> bytes | None:
        text = self.texts.get(normpath(path))
        return None if text is None else text.encode(errors="surrogateescape")


def found(
    text: str,
    files: Mapping[str, str],
    shell: str = "sh",
    cwd: str = "/app",
    **variables: str,
) -> SyncCommand | Opaque:
    (sync,) = find_sync([shell, "-c", text], {**ENVIRONMENT, **variables}, cwd, files=Texts(files))
    return sync


def path_after(env: str, **variables: str) -> str:
    sync = found(". /root/.local/bin/env && uv sync", {"/root/.local/bin/env": env}, **variables)
    return sync.reason if isinstance(sync, Opaque) else sync.environment["PATH"]


def made(place: Path, *flags: str) -> str:
    """The `activate` of a new environment."""
    arguments = [find_uv_bin(), "venv", "-q", "--python", sys.executable, *flags, str(place)]
    subprocess.run(arguments, check=True, env={"PATH": os.environ["PATH"]})
    return (place / "bin/activate").read_text()


def in_shell(shell: str, text: str, cwd: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of what runs in the place of uv."""
    done = subprocess.run(
        [shell, "-c", text.replace("uv sync", "/usr/bin/env -0")],
        cwd=cwd,
        env={**ENVIRONMENT, **variables},
        capture_output=True,
        check=True,
    )
    entries = (entry.partition("=") for entry in done.stdout.decode().split("\0") if entry)
    return {name: value for name, _, value in entries}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("before", ["", "set -eu; ", "set -a; ", "set -x; A=b; "])
@pytest.mark.parametrize(
    "variables",
    [{}, {"PYTHONHOME": "/x"}, {"VIRTUAL_ENV": "/old", "VIRTUAL_ENV_PROMPT": "old", "PS1": "$ "}],
)
def test_activation(shell: str, before: str, variables: dict[str, str], tmp_path: Path) -> None:
    activate = made(tmp_path / ".venv", "--prompt", "a (b)")
    text = f"{before}. .venv/bin/activate && uv sync"
    sync = found(
        text, {f"{tmp_path}/.venv/bin/activate": activate}, shell, str(tmp_path), **variables
    )
    assert isinstance(sync, SyncCommand)
    there = in_shell(shell, text, tmp_path, variables)
    names = ("PATH", "VIRTUAL_ENV", "PYTHONHOME", "HOME", "A")
    assert [sync.environment.get(name) for name in names] == [there.get(name) for name in names]
    assert sync.environment["VIRTUAL_ENV"] == str(tmp_path / ".venv")
    assert sync.environment["PATH"].startswith(f"{tmp_path}/.venv/bin:")
    assert {"PS1", "VIRTUAL_ENV_PROMPT"}.isdisjoint({*sync.environment, *sync.unknown})
    assert sync.sourced == (f"{tmp_path}/.venv/bin/activate",)
    assert sync.alone


def test_without_a_prompt(tmp_path: Path) -> None:
    activate = made(tmp_path / "venv")
    sync = found("source /v/activate; uv sync --active", {"/v/activate": activate}, "bash")
    assert isinstance(sync, SyncCommand)
    assert sync.environment["VIRTUAL_ENV"] == str(tmp_path / "venv")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("before", ["", "set -eu; "])
@pytest.mark.parametrize("path", ["/usr/bin:/bin", "/x:/root/.local/bin:/bin", ""])
def test_a_directory_on_path(shell: str, before: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "env").write_text(ENV)
    text = f"{before}. ./env && uv sync"
    sync = found(text, {f"{tmp_path}/env": ENV}, shell, str(tmp_path), PATH=path)
    assert isinstance(sync, SyncCommand)
    there = in_shell(shell, text, tmp_path, {"PATH": path})
    assert sync.environment["PATH"] == there["PATH"]


@pytest.mark.parametrize(
    "change",
    [
        ("# put it there", "touch /x"),
        ("esac\n", "esac; touch /x\n"),
        ("        ;;\n    *)", "        export A=1\n        ;;\n    *)"),
        ('"$HOME/.local/bin:$PATH"', '"$HOME/bin:$PATH"'),
        ('"$HOME/.local/bin:$PATH"', "$HOME/.local/bin:$PATH"),
        ("$HOME/.local/bin", "$(pwd)"),
        ("$HOME/.local/bin", "${X:=y}"),
        ("$HOME/.local/bin", "$RANDOM"),
        ("in front", "in\rfront"),
        ("in front", "in\udcfffront"),
    ],
)
def test_another_text(change: tuple[str, str]) -> None:
    assert path_after(ENV) == "/root/.local/bin:/usr/bin:/bin"
    assert path_after(ENV.replace(*change)) == UNTOLD


@pytest.mark.parametrize(
    "change",
    [
        ("hash -r 2>/dev/null || true\n", "hash -r 2>/dev/null || true\nexport A=1\n"),
        ("/bin:$PATH", "/sbin:$PATH"),
        ("VIRTUAL_ENV='/", "VIRTUAL_ENV='/x/../"),
        ("VIRTUAL_ENV='/", "VIRTUAL_ENV='"),
        ('!= x ] ; then\n    VIRTUAL_ENV_PROMPT="p"', '!= x ] ; then\n    VIRTUAL_ENV_PROMPT="q"'),
        ('"p"', '"$(touch x)"'),
    ],
)
def test_another_activation(change: tuple[str, str], tmp_path: Path) -> None:
    activate = made(tmp_path / "venv", "--prompt", "p")
    changed = activate.replace(*change)
    assert changed != activate
    assert found(". /v/activate; uv sync", {"/v/activate": changed}) == Opaque(UNTOLD, (15, 22))


def test_a_relocatable_environment(tmp_path: Path) -> None:
    activate = made(tmp_path / "venv", "--relocatable")
    assert found(". /v/activate; uv sync", {"/v/activate": activate}) == Opaque(UNTOLD, (15, 22))


@pytest.mark.parametrize("name", ["BASH_VERSION", "OSTYPE", "_OLD_VIRTUAL_PATH", "SCRIPT_PATH"])
def test_a_variable_that_the_activation_asks_for(name: str, tmp_path: Path) -> None:
    files = {"/v/activate": made(tmp_path / "venv")}
    assert isinstance(found(". /v/activate; uv sync", files, **{name: ""}), Opaque)
    assert isinstance(found(f"{name}=; . /v/activate; uv sync", files), Opaque)


@pytest.mark.parametrize(
    "text",
    [
        ". env; uv sync",
        ". ./none; uv sync",
        ". ./env/; uv sync",
        ". ./env more; uv sync",
        ". -p ./env; uv sync",
        ". $(cat name); uv sync",
        "X=1 . ./env; uv sync",
        "source ./env; uv sync",
        "touch env; . ./env; uv sync",
        "if make; then . ./env; fi; uv sync",
        "cd $(pwd); . ./env; uv sync",
        "IFS=:; . /v/activate; uv sync",
        ". /v/activate; . /v/activate; uv sync",
        "unset PATH; . ./env; uv sync",
    ],
)
def test_what_is_not_followed(text: str, tmp_path: Path) -> None:
    files = {"/app/env": ENV, "/v/activate": made(tmp_path / "venv")}
    assert isinstance(found(text, files), Opaque)


def test_what_is_known_of_the_shell_afterwards(tmp_path: Path) -> None:
    files = {"/v/activate": made(tmp_path / "venv")}
    sync = found('. /v/activate && uv sync -p "$VIRTUAL_ENV/bin/python"', files)
    assert isinstance(sync, SyncCommand)
    assert sync.argv[-1] == f"{tmp_path}/venv/bin/python"
    assert isinstance(found('. /v/activate && uv sync "$VIRTUAL_ENV_PROMPT"', files), Opaque)
    deactivated = found(". /v/activate && deactivate && uv sync", files)
    assert isinstance(deactivated, SyncCommand)
    assert deactivated.before == ("deactivate",)


def test_files_may_be_asked_for_afterwards() -> None:
    files = {"/app/env": ENV, "/app/uv.lock": ""}
    sync = found(". ./env; if [ -f uv.lock ]; then uv sync --frozen; fi", files)
    assert isinstance(sync, SyncCommand)


def test_the_script_that_another_shell_is_fed() -> None:
    sync = found("bash <<EOF\nsource ./env\nuv sync\nEOF", {"/app/env": ENV})
    assert isinstance(sync, SyncCommand)
    assert sync.environment["PATH"] == "/root/.local/bin:/usr/bin:/bin"
