"""How each kind of image is made, in an engine that lacks it."""

import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from integration.cache import Cache, locked
from integration.commands import run
from integration.debian import debootstrap, unpack_debian
from integration.engine import Engine
from integration.errors import SetupError
from integration.network import copy_ca_bundle, image_environment
from integration.recipes import Built, Debian, ForPlatforms, Recipe, Uv
from integration.steps import step
from integration.venv import uv_version

DOCKERFILES = Path(__file__).with_name("images")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def pull(engine: Engine, recipe: Recipe) -> None:
    assert recipe.stands_in_for is not None
    if engine.image_labels(recipe.stands_in_for) is None:
        with step("images", f"pull {recipe.stands_in_for}", slow=True):
            engine.docker("image", "pull", "--quiet", recipe.stands_in_for)
    engine.docker("image", "tag", recipe.stands_in_for, recipe.image_ref)


def debian_tree(cache: Cache, recipe: Debian) -> Path:
    return cache.directory("roots") / f"{recipe.suite}-slim"


def make_debian_tree(cache: Cache, recipe: Debian) -> Path:
    """The files of the image: all that can be made before an engine runs."""
    tree = debian_tree(cache, recipe)
    with locked(cache, f"tree-{recipe.suite}"):
        if not tree.exists():
            debootstrap(cache, recipe.suite, ("ca-certificates",), tree)
    return tree


def build_debian(cache: Cache, engine: Engine, recipe: Debian, label: str) -> None:
    tree = make_debian_tree(cache, recipe)
    copy_ca_bundle(tree)
    environment = {"PATH": SYSTEM_PATH, **image_environment()}
    changes = [
        *(f"ENV {name}={value}" for name, value in environment.items()),
        f"LABEL {label}",
        'CMD ["bash"]',
    ]
    arguments = [argument for change in changes for argument in ("--change", change)]
    command = ["tar", "--directory", str(tree), "--numeric-owner", "--sort=name", "-c", "."]
    with step("images", f"import {recipe.image_ref}"):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as tar:
            engine.docker("image", "import", *arguments, "-", recipe.image_ref, stdin=tar.stdout)
        if tar.returncode != 0:
            raise SetupError(f"tar could not read {tree}")
    shutil.rmtree(tree)


def build_dockerfile(engine: Engine, recipe: Built, label: str) -> None:
    arguments = {**dict(recipe.build_args), "BASE": recipe.base.image_ref}
    with (
        step("images", f"build {recipe.image_ref}", slow=True),
        TemporaryDirectory() as empty,
    ):
        build(engine, recipe, recipe.dockerfile, Path(empty), label, arguments)


def build_uv(cache: Cache, engine: Engine, recipe: Uv, label: str) -> None:
    with step("images", f"build {recipe.image_ref}"), TemporaryDirectory() as work:
        download_uv(cache, recipe.version or uv_version(cache), Path(work))
        build(engine, recipe, "uv.Dockerfile", Path(work), label, {})


def build_for_platforms(cache: Cache, engine: Engine, recipe: ForPlatforms, label: str) -> None:
    """A build without a RUN is one for any platform."""
    with step("images", f"build {recipe.image_ref}", slow=True), TemporaryDirectory() as work:
        for architecture in recipe.architectures:
            tree = Path(work) / architecture
            if recipe.suite is None:
                tree.mkdir()
                download_uv(cache, uv_version(cache), tree, MACHINES[architecture])
            else:
                unpack_debian(cache, recipe.suite, architecture, recipe.packages, tree)
            archive = f"{work}/{architecture}.tar"
            run(
                [
                    "tar",
                    f"--directory={tree}",
                    "--numeric-owner",
                    "--sort=name",
                    "-cf",
                    archive,
                    ".",
                ]
            )
            shutil.rmtree(tree)
        platforms = ",".join(f"linux/{architecture}" for architecture in recipe.architectures)
        flags = [f"--platform={platforms}"]
        build(engine, recipe, "platforms.Dockerfile", Path(work), label, {}, flags)


def download_uv(
    cache: Cache, version: str, directory: Path, machine: str = platform.machine()
) -> None:
    """Take uv's programs out of its wheel for musl: static ones, as its authors publish."""
    run(
        [
            *(str(cache.venv / "bin/pip"), "download", "-q", "--no-deps", "--only-binary=:all:"),
            f"--platform=musllinux_1_1_{machine}",
            f"--dest={directory}",
            f"uv=={version}",
        ]
    )
    (wheel,) = directory.glob("uv-*.whl")
    with ZipFile(wheel) as archive:
        for program in ("uv", "uvx"):
            target = directory / program
            target.write_bytes(archive.read(f"uv-{version}.data/scripts/{program}"))
            target.chmod(0o755)
    wheel.unlink()


def build(
    engine: Engine,
    recipe: Recipe,
    dockerfile: str,
    context: Path,
    label: str,
    arguments: Mapping[str, str],
    flags: Sequence[str] = (),
) -> None:
    engine.docker(
        *("buildx", "build", "--progress=plain", "--provenance=false", "--load"),
        *engine.build_flags,
        *flags,
        *(f"--build-arg={name}={value}" for name, value in arguments.items()),
        f"--label={label}",
        f"--file={DOCKERFILES / dockerfile}",
        f"--tag={recipe.image_ref}",
        str(context),
    )
