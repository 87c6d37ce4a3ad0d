"""The image config of a rewritten graph: one history entry for each layer that it has."""

from collections.abc import Iterator, Mapping, Sequence

from uvlayers.attempt import Attempt
from uvlayers.dockerfile.history import pad_history, titles_of
from uvlayers.llb.graph import Graph, Vertex
from uvlayers.takeover import Rest, Takeover


def config_of(attempt: Attempt, graph: Graph, delegated: bytes) -> bytes:
    """The config (JSON) that `graph` was delegated with, with the layers that `attempt` has added.

    The history follows the image-spec: as many entries as layers, besides those that are empty.
    """
    split, takeovers = attempt.split, attempt.takeovers
    titles = titles_of(
        split.graph,
        {digest: each.titles for digest, each in takeovers.items()},
        attempt.sunk,
    )
    added: dict[str, tuple[str, ...]] = {}
    lowered: dict[str, tuple[str, tuple[str, ...]]] = {}
    dropped: set[str] = set()
    for digest, takeover in takeovers.items():
        origin = split.origins[digest]
        if takeover.lowest is not None:
            # of a RUN that was cut, only the first sync can stand on such a step
            lowered[origin] = split.origins[takeover.lowest], titles[digest]
        if origin not in split.parts:
            added[origin] = () if origin in lowered else titles[digest]
            dropped |= {origin} if takeover.rest is Rest.NOTHING else set()
    for origin, parts in split.parts.items():
        added[origin] = tuple(_titles_of_parts(parts, takeovers, titles))
        last = takeovers.get(parts[-1].digest)
        dropped |= {origin} if last is not None and last.rest is Rest.NOTHING else set()
    return pad_history(delegated, graph, added, lowered, frozenset(dropped))


def _titles_of_parts(
    parts: Sequence[Vertex],
    takeovers: Mapping[str, Takeover],
    titles: Mapping[str, tuple[str, ...]],
) -> Iterator[str]:
    """The layers of a RUN that was cut, without the one that its last part makes itself.

    Nor are those among them that lie below earlier steps.
    """
    for part in parts:
        takeover = takeovers.get(part.digest)
        if takeover is not None and takeover.lowest is None:
            yield from titles[part.digest]
        if part is not parts[-1] and (takeover is None or takeover.rest is not Rest.NOTHING):
            yield part.op.exec.meta.args[-1]
