"""Build one locked package with the user's own uv, and hand out the wheel that uv made.

Run inside the build as `python -I -S -B build.py '<JSON>'` by any Python, as root: uv itself runs
as `user`, with this process's environment. The JSON object:

  uv            the words by which the RUN starts uv
  project       {"pyproject": text, "lock": text, "configuration": text or null}: a project that
                depends on the one package; `configuration` stands in for `--config-file`
  name          the package's normalized name
  cwd           where to make that project, the environment that it is synced into and, with
                `no_cache`, uv's cache
  arguments     more arguments of `uv sync`
  no_cache      whether the RUN's uv keeps no cache
  user          the USER of the RUN
  output        becomes {NAME.whl, metadata/*.json}: the wheel and what uv writes beside it
  mtime         seconds, for everything in the output

`uv sync` of that project is all that happens, so whatever uv honours is honoured. uv leaves the
wheel in its cache, under a name that depends on uv's release; a second sync, which only links to
the cache, tells which entry it is.

Standard library only, Python 3.8 grammar. The bytes of this file are part of the key of every
built wheel.
"""

import json
import os
import re
import subprocess
import sys

from uvlayers.guest.account import DROPPED_VARIABLES, Account
from uvlayers.guest.environment import write_project
from uvlayers.guest.failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

BUCKETS = ("sdists-v", "built-wheels-v")  # where uv keeps what it built; the latter before 0.4
METADATA = ("direct_url.json", "uv_build.json", "uv_cache.json")
# They would leave the package out, or put the environment elsewhere.
UNWANTED = (
    *DROPPED_VARIABLES,
    "UV_CONFIG_FILE",
    "UV_NO_CACHE",
    "UV_NO_INSTALL_LOCAL",
    "UV_NO_INSTALL_PROJECT",
    "UV_NO_INSTALL_WORKSPACE",
    "UV_ONLY_INSTALL_LOCAL",
    "UV_ONLY_INSTALL_PROJECT",
    "UV_ONLY_INSTALL_WORKSPACE",
    "VIRTUAL_ENV",
)


class Builder:
    """One package to build."""

    def __init__(self, options: "Mapping[str, Any]") -> None:
        self.options = options
        self.name = options["name"]
        self.project = os.path.join(options["cwd"], "project")
        self.account = Account(options["user"], os.environ)
        home = self.account.variables.get("HOME", "/")
        kept = {k: v for k, v in os.environ.items() if k not in UNWANTED}
        self.account.variables = {"HOME": home, **kept}

    def build(self) -> None:
        self._make_project()
        environment = self._sync("environment")
        links = self._sync("links", "--link-mode=symlink", "--offline", "--quiet")
        wheel = self._find(links)
        output = self.options["output"]
        os.mkdir(os.path.join(output, "metadata"))
        self._hand_out(wheel, os.path.join(output, f"{self.name}.whl"))
        info = self._dist_info(environment)
        for name in METADATA:
            if os.path.exists(os.path.join(info, name)):
                self._hand_out(os.path.join(info, name), os.path.join(output, "metadata", name))
        times = (self.options["mtime"], self.options["mtime"])
        os.utime(os.path.join(output, "metadata"), times)
        os.utime(output, times)

    def _make_project(self) -> None:
        write_project(self.options["project"], self.project)
        configuration = self.options["project"].get("configuration")
        if configuration is not None:
            with open(os.path.join(self.project, "only.toml"), "w", encoding="utf-8") as stream:
                stream.write(configuration)
        for path in (self.options["cwd"], self.project):
            os.chown(path, self.account.uid, self.account.gid)

    def _sync(self, name: str, *more: str) -> str:
        """Install the package into an environment of its own: that one's path."""
        path = os.path.join(self.options["cwd"], name)
        self.account.variables["UV_PROJECT_ENVIRONMENT"] = path
        command = [*self.options["uv"], "sync", "--frozen", *self._arguments(), *more]
        switch = (self.account.uid, self.account.gid) != (os.getuid(), os.getgid())
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.account.variables,
            preexec_fn=self.account.become if switch else None,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            raise Failure("uv_failed", f"uv cannot build `{self.name}`")
        return path

    def _arguments(self) -> "Iterator[str]":
        yield from self.options["arguments"]
        yield "--no-compile-bytecode"
        if self.options["project"].get("configuration") is not None:
            yield "--config-file=" + os.path.join(self.project, "only.toml")
        if self.options["no_cache"]:
            yield "--cache-dir=" + os.path.join(self.options["cwd"], "cache")

    def _dist_info(self, environment: str) -> str:
        library = os.path.join(environment, "lib")
        found = []
        for python in os.listdir(library):
            packages = os.path.join(library, python, "site-packages")
            for entry in os.listdir(packages):
                project, _, _ = entry.partition("-")
                name = re.sub("[-_.]+", "-", project).lower()
                if entry.endswith(".dist-info") and name == self.name:
                    found.append(os.path.join(packages, entry))
        if len(found) != 1:
            raise Failure("no_package", f"uv has not installed `{self.name}`")
        return found[0]

    def _find(self, environment: str) -> str:
        """The archive that was unpacked to where the files of `environment` lead."""
        metadata = os.path.join(self._dist_info(environment), "METADATA")
        unpacked = os.path.dirname(os.path.dirname(os.path.realpath(metadata)))
        cache = os.path.dirname(os.path.dirname(unpacked))
        for bucket in sorted(os.listdir(cache)):
            if bucket.startswith(BUCKETS):
                for link in entries_of(os.path.join(cache, bucket)):
                    archive = link + ".whl"
                    if os.path.realpath(link) == unpacked and os.path.isfile(archive):
                        return archive
        message = f"uv's cache does not hold the wheel of `{self.name}` where it is expected"
        raise Failure("no_wheel", message)

    def _hand_out(self, source: str, target: str) -> None:
        with open(source, "rb") as stream:
            data = stream.read()
        if source.endswith("uv_cache.json"):
            data = undated(data, self.options["mtime"])
        with open(target, "wb") as stream:
            stream.write(data)
        os.chmod(target, 0o644)
        os.utime(target, (self.options["mtime"], self.options["mtime"]))


def entries_of(bucket: str) -> "Iterator[str]":
    """Every symbolic link below a bucket of uv's cache, but for those in unpacked sources."""
    for directory, names, _ in os.walk(bucket):
        if "src" in names:
            names.remove("src")
        for name in names:
            if os.path.islink(os.path.join(directory, name)):
                yield os.path.join(directory, name)


def undated(data: bytes, mtime: int) -> bytes:
    """uv_cache.json, its timestamp made the same on every machine.

    uv records the change time of a local archive, which no copy of the archive keeps.
    """
    document = json.loads(data)
    if isinstance(document.get("timestamp"), dict):
        document["timestamp"] = {"secs_since_epoch": mtime, "nanos_since_epoch": 0}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def main(arguments: "Sequence[str]") -> int:
    try:
        Builder(json.loads(arguments[0])).build()
    except Failure as error:
        sys.stderr.write(f"error: {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
