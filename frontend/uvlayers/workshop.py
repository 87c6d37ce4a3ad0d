"""What the takeovers of one build share and remember."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uvlayers.emit import Install
from uvlayers.explain import Fetch
from uvlayers.gateway.states import States
from uvlayers.layers.plan import Artifact
from uvlayers.llb.graph import Output
from uvlayers.llb.layered import Layered, Segment
from uvlayers.pb import ops_pb2 as pb
from uvlayers.questions import EmittedEnvironment

if TYPE_CHECKING:
    from uvlayers.managed_python import ManagedPython


@dataclass(frozen=True, slots=True)
class Installed:
    """What one takeover put into an environment.

    `names` are those of all its packages, the ones that the command installed among them; `virtual`
    says whether the environment has its place for itself, `synced` whether `uv sync` made it, and
    `completed` that a command went on with it.
    """

    environment: EmittedEnvironment
    path: str
    virtual: bool
    synced: bool
    wheels: frozenset[Artifact]
    names: frozenset[str]
    install: Install
    fetches: Mapping[str, Fetch]
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all takeovers of a build share.

    `installed` records what each put into a state, by the segment as it was made, `downloaded` the
    Pythons that were put below, `completed` the paths of the environments that a command went on
    with, by the digest of its vertex. `given_up` says by the RUN's digest why packages cannot be
    built apart from it.
    """

    states: States
    guest: Output
    builder: Output
    surveyor: Output
    comparer: Output
    finder: Output
    build_platform: pb.Platform
    budget: int
    given_up: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    installed: dict[Segment, Installed] = field(default_factory=dict)
    downloaded: "dict[Segment, ManagedPython]" = field(default_factory=dict)
    completed: dict[str, str] = field(default_factory=dict)

    def installed_in(self, state: Layered) -> list[Installed]:
        """What takeovers have put into a state, the first one first."""
        found = (self.installed.get(segment.made) for segment in state.segments)
        return [each for each in found if each is not None]
