"""What an exec has to do with its root file system, where its words tell that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from uvlayers.llb.fileop import covers, reaches
from uvlayers.llb.layered import Layered


@dataclass(frozen=True, slots=True)
class Reach:
    """What an exec has to do with its root.

    touched:   absolute paths, at or below which it may change something; it reads no other files
    searched:  directories that its programs may come from
    cwd:       where it starts: the runtime makes the directory if it is not there
    named:     absolute paths that it may change themselves, or make with something in them
    looks:     absolute paths of which, with all that is in them, it changes owners or permissions
    modes:     which of these get other permissions, and by what words of chmod, in this order
    loaded:    directories that the libraries of its programs may come from
    programs:  the names of all that it may start
    """

    touched: tuple[str, ...]
    searched: tuple[str, ...]
    cwd: str
    named: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    loaded: tuple[str, ...] = ()
    programs: frozenset[str] = frozenset()

    @property
    def changed(self) -> tuple[str, ...]:
        """At or below these paths it may change something in any way."""
        return *self.touched, *self.named, *self.looks

    def meets(
        self,
        target: Layered,
        prefixes: Sequence[str],
        real: Callable[[str], str],
        *,
        looks: bool = True,
    ) -> bool:
        """Whether the exec may see, or change, what the layers of `target` hold below `prefixes`.

        `real` resolves the links of a path; without `looks` it may change owners and permissions.
        """
        changed = [real(path) for path in (*self.touched, *(self.looks if looks else ()))]
        seen = [real(path) for path in (self.cwd, *self.named, *self.loaded)]
        searched = (real(path) for path in self.searched)
        seen += (path for path in searched if not target.has_harmless_programs(path))
        return any(reaches(changed + seen, each) or covers(changed, each) for each in prefixes)
