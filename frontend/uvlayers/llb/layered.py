"""A root file system kept as its parts, so that what follows need not materialise it.

BuildKit materialises a merge (hard links for every file of every layer) as soon as an op writes on
top of it. A file op that cannot see the environment's paths gives the same result on the state
*without* the environment; its own layers are then re-attached with a diff:

    merge(base, environment layers…, diff(base, file op on base))
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from uvlayers.llb.fileop import reaches
from uvlayers.llb.graph import Output
from uvlayers.llb.ops import Label, diff, merge

_REATTACHED = Label("[uvlayers] steps after the environment")


@dataclass(frozen=True, slots=True)
class Segment:
    """Layers that were merged onto a state; `below` is that state without any segment.

    `prefixes` are the absolute paths below which the layers put their files. `bulk` are those of
    the layers, the topmost ones, that can be made again for another place, and need not be read or
    copied from here; `added` is the one, if any, that a command has made, with files anywhere.
    `programs` is the directory of an environment's programs, of which none in these layers, but for
    `added`, has the name of one of the system's; None if it is no environment. `origin` is the
    segment that this one is what is left of.
    """

    below: Output
    layers: tuple[Output, ...]
    prefixes: tuple[str, ...]
    bulk: frozenset[Output] = frozenset()
    added: Output | None = None
    programs: str | None = None
    origin: "Segment | None" = None

    @property
    def made(self) -> "Segment":
        """The segment as it was made."""
        return self.origin or self


@dataclass(frozen=True, slots=True)
class Layered:
    """`shadow` is the state as it would be without the segments' layers.

    `written` is where ops have written since the last segment. `bulk_alone` says that from the
    first environment on there is nothing but bulk, all of it right on the state below that.
    """

    shadow: Output
    segments: tuple[Segment, ...]
    written: tuple[str, ...] = ()
    bulk_alone: bool = False

    @classmethod
    def on(cls, state: "State") -> "Layered":
        return state if isinstance(state, Layered) else cls(state, ())

    def with_layers(
        self,
        layers: Sequence[Output],
        prefixes: Sequence[str],
        bulk: Iterable[Output] = (),
        added: Output | None = None,
        below: Output | None = None,
        written: Sequence[str] = (),
        programs: str | None = None,
    ) -> "Layered":
        """More layers on top, all of whose files but those of `added` are below `prefixes`.

        A prefix is the highest directory that the layers make: one that is there without them is
        none, unless they fill it. With `below` they go onto that state, which the shadow was made
        of by ops that wrote at `written` and to no prefix.
        """
        on = self.shadow if below is None else below
        bulky = frozenset(bulk)
        segment = Segment(on, tuple(layers), tuple(prefixes), bulky, added, programs)
        return Layered(self.shadow, (*self.segments, segment), tuple(written))

    def with_shadow(self, shadow: Output, written: Sequence[str]) -> "Layered":
        """The same layers after an op that only changed the shadow, at the paths `written`."""
        return replace(self, shadow=shadow, written=(*self.written, *written))

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where the layers are: an op that may read or write there needs the whole."""
        return tuple(dict.fromkeys(p for segment in self.segments for p in segment.prefixes))

    @property
    def bulky(self) -> tuple[str, ...]:
        """Where those are that `without_bulk` leaves out."""
        found = (p for segment in self.segments if segment.bulk for p in segment.prefixes)
        return tuple(dict.fromkeys(found))

    @property
    def added(self) -> list[Output]:
        """The layers of commands."""
        return [segment.added for segment in self.segments if segment.added is not None]

    def has_harmless_programs(self, directory: str) -> bool:
        """Whether nothing that the layers have in a directory is found in place of a program.

        That is, of one of the system's, where the directory is searched before the system's own.
        """
        there = [s for s in self.segments if any(reaches([directory], p) for p in s.prefixes)]
        return all(segment.programs == directory for segment in there)

    def settled(self, path: str) -> Output | None:
        """A state that has been evaluated, in which `path` is what it is now; None if none is."""
        changed = not self.segments or any(reaches([path], each) for each in self.written)
        return None if changed else self.segments[-1].below

    def without_bulk(self) -> Output:
        """All but the bulk, as one output: little to materialise."""
        thinned = (
            replace(s, layers=tuple(each for each in s.layers if each not in s.bulk))
            for s in self.segments
        )
        return replace(self, segments=tuple(s for s in thinned if s.layers)).output()

    def with_bulk_alone(self) -> "Layered":
        """The same with what came with the bulk in the shadow: what follows can change that.

        The bulk comes to lie below the rest: a difference to a merge of some of it would not be
        made of its layers where a cache was imported, which has these one upon the other.
        """
        first = next((at for at, each in enumerate(self.segments) if each.programs), None)
        if first is None:
            return self
        # what comes before all environments, such as a Python, stays below them
        segments = list(self.segments[:first])
        lowest = self.segments[first].below
        rest = [lowest]
        for segment, upper in self._steps()[first:]:
            rest += (each for each in segment.layers if each not in segment.bulk)
            bulk = tuple(each for each in segment.layers if each in segment.bulk)
            if bulk:
                origin = segment.made
                made = replace(segment, below=lowest, layers=bulk, added=None, origin=origin)
                segments.append(made)
            if upper != segment.below:
                rest.append(diff(segment.below, upper, _REATTACHED))
        return Layered(merged(rest), tuple(segments), ("/",), bulk_alone=True)

    def output(self) -> Output:
        """The whole as one output, its layers in the order in which the Dockerfile made them."""
        if not self.segments:
            return self.shadow
        parts: list[Output] = [self.segments[0].below]
        for segment, upper in self._steps():
            parts += segment.layers
            if upper != segment.below:
                parts.append(diff(segment.below, upper, _REATTACHED))
        return merged(parts)

    def _steps(self) -> list[tuple[Segment, Output]]:
        """Each segment, and the state without any that the next one was merged onto."""
        following = [segment.below for segment in self.segments[1:]] + [self.shadow]
        return list(zip(self.segments, following, strict=True))


def merged(parts: Sequence[Output]) -> Output:
    """The first of `parts` with all others on top."""
    noun = "layer" if len(parts) == 2 else "layers"
    return merge(parts, Label(f"[uvlayers] merge {len(parts) - 1} {noun}"))


State = Output | Layered


def whole(state: State) -> Output:
    """`state` as one output."""
    return state.output() if isinstance(state, Layered) else state


def shadow_of(state: State) -> Output:
    """`state` without its environments."""
    return state.shadow if isinstance(state, Layered) else state
