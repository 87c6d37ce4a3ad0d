"""What a layer installs that is not fetched: wheels of the build's own files, and built ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PathWheel:
    """A wheel at an absolute `path` that the RUN sees.

    `sha256` is in hex, None where the lock has no hash; `direct` says whether it is named by its
    path, and not found in a local index. `size` and `upload_time` as those of `plan.Wheel`.
    """

    name: str
    version: str
    path: str
    sha256: str | None
    direct: bool
    size: int = 0
    upload_time: str = ""

    @property
    def filename(self) -> str:
        return self.path.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Built:
    """A package that the RUN's own uv builds a wheel of.

    `lock` is the text of a uv.lock that holds nothing else, `archive` the absolute path of a local
    sdist that it names.
    """

    name: str
    version: str | None
    lock: str
    archive: str | None = None
    size: int = 0
    upload_time: str = ""

    @property
    def filename(self) -> str:
        """What the build calls its wheel, whose tags nobody knows before."""
        return f"{self.name}.whl"

    def __str__(self) -> str:
        return self.name if self.version is None else f"{self.name} {self.version}"
