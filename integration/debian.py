"""Debian packages and trees, fetched into the cache; nothing is installed that need not be."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from integration.cache import Cache, locked
from integration.commands import CommandFailedError, run, succeeds
from integration.errors import SetupError
from integration.steps import step

ARCHIVES = "var/cache/apt/archives"

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What debootstrap and we call, and the package that brings it.
TOOLS = {
    "wget": "wget",
    "gpgv": "gpgv",
    "xz": "xz-utils",
    "unshare": "util-linux",
    "ip": "iproute2",
}


def require_debian_root() -> None:
    hint = "start a Docker Engine of your own and set DOCKER_HOST, or run this as root on Debian"
    if shutil.which("apt-get") is None or not Path("/etc/debian_version").exists():
        raise SetupError("no Docker Engine answers, and this machine is not a Debian", hint)
    if os.geteuid() != 0:
        raise SetupError("no Docker Engine answers, and only root can set one up", hint)


def install_missing_tools() -> None:
    missing = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    install(missing)


def install(packages: list[str]) -> None:
    if not packages:
        return
    with step("debian", f"apt-get install {' '.join(packages)}", slow=True):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        update_lists()
        run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            environment=environment,
        )


def update_lists(options: Sequence[str] = ("-qq",)) -> None:
    """Lists of some repository that cannot be had need not matter: what follows will tell."""
    succeeds(["apt-get", "update", *options])


def options_of(tree: Path, state: Path) -> list[str]:
    """Have the machine's apt-get ask the repositories of a tree, and write below `state`."""
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    settings = {
        "Dir::Etc::sourcelist": tree / "etc/apt/sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": state / "lists",
        "Dir::State::status": tree / "var/lib/dpkg/status",
        "Dir::Cache": state / "cache",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def unpacked_package(cache: Cache, name: str, tree: Path | None = None) -> Path:
    """The files of a Debian package, unpacked in the cache: nothing is installed or started.

    It is one of the machine's own Debian, or of the one that a `tree` holds.
    """
    target = cache.directory("packages") / name
    with locked(cache, f"package-{name}"):
        if not target.exists():
            with step("debian", f"fetch {name}"):
                fetch_package(name, target, tree)
    return target


def fetch_package(name: str, target: Path, tree: Path | None = None) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        options = ["-qq", "-o", "APT::Sandbox::User=root"]
        if tree is not None:
            options += options_of(tree, Path(work) / "apt")
        download = ["apt-get", "download", *options, name]
        try:
            run(download, directory=Path(work))
        except CommandFailedError:
            # A fresh machine has no package lists yet, or old ones.
            update_lists(options)
            run(download, directory=Path(work))
        (archive,) = Path(work).glob("*.deb")
        tree = Path(work) / "tree"
        run(["dpkg-deb", "--extract", str(archive), str(tree)])
        tree.chmod(0o755)
        tree.rename(target)


def debootstrap(cache: Cache, suite: str, packages: tuple[str, ...], target: Path) -> None:
    """Make a minimal Debian tree; it appears at the target only when it is complete."""
    with step("debian", f"debootstrap {suite}", slow=True), partial_tree(target) as tree:
        run_debootstrap(cache, suite, packages, tree)
        for waste in (ARCHIVES, "var/lib/apt/lists"):
            for file in (tree / waste).glob("*"):
                if file.is_file():
                    file.unlink()


def unpack_debian(
    cache: Cache, suite: str, architecture: str, packages: tuple[str, ...], target: Path
) -> None:
    """Make a Debian tree of any architecture: its packages are unpacked, nothing of it is run.

    What their scripts would do is not done, but for the accounts that every Debian has.
    """
    with (
        step("debian", f"unpack {suite} for {architecture}", slow=True),
        partial_tree(target) as tree,
    ):
        run_debootstrap(cache, suite, packages, tree, "--foreign", f"--arch={architecture}")
        for archive in sorted((tree / ARCHIVES).glob("*.deb")):
            run(["dpkg-deb", "--extract", str(archive), str(tree)])
        for name in ("passwd", "group"):
            shutil.copy(tree / f"usr/share/base-passwd/{name}.master", tree / "etc" / name)
        for waste in ("debootstrap", ARCHIVES, "var/lib/apt/lists", "usr/share/doc"):
            shutil.rmtree(tree / waste)


@contextlib.contextmanager
def partial_tree(target: Path) -> Iterator[Path]:
    """A directory that becomes the target when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    yield partial
    partial.rename(target)


def run_debootstrap(
    cache: Cache, suite: str, packages: tuple[str, ...], tree: Path, *flags: str
) -> None:
    program = unpacked_package(cache, "debootstrap")
    scripts = program / "usr/share/debootstrap/scripts"
    with contextlib.suppress(FileExistsError):
        # A debootstrap older than the suite: its scripts have long been the same for every suite.
        (scripts / suite).symlink_to("sid")
    run(
        [
            # It ends when we do, and what it mounts goes with it, however it ends.
            *("setpriv", "--pdeathsig", "KILL"),
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
            str(program / "usr/sbin/debootstrap"),
            "--variant=minbase",
            f"--keyring={KEYRING}",
            f"--include={','.join(packages)}",
            *flags,
            suite,
            str(tree),
        ],
        environment={
            **os.environ,
            "DEBOOTSTRAP_DIR": str(program / "usr/share/debootstrap"),
            "DEBIAN_FRONTEND": "noninteractive",
        },
    )
