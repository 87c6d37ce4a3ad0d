"""What a build did, in the words of a comparison."""

from dataclasses import dataclass

from integration.progress import Progress

# How uvlayers/emit.py names its vertices.
FETCH = "[uvlayers] fetch "
INSTALL = "[uvlayers] install "


@dataclass(frozen=True)
class Work:
    """Names of the vertices that ran, in order of appearance."""

    executed: tuple[str, ...]

    @classmethod
    def of(cls, progress: Progress) -> "Work":
        ran = progress.executed()
        seen = (vertex.name for vertex in progress.vertices.values())
        return cls(tuple(dict.fromkeys(name for name in seen if name in ran)))

    @property
    def fetched(self) -> tuple[str, ...]:
        """File names of the wheels that were fetched."""
        return self._after(FETCH)

    @property
    def installed(self) -> tuple[str, ...]:
        """What the layers that were made hold, each as `name version, name version, …`."""
        return self._after(INSTALL)

    def _after(self, prefix: str) -> tuple[str, ...]:
        return tuple(name.removeprefix(prefix) for name in self.executed if name.startswith(prefix))
