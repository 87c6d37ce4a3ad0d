"""What failed attempts at a rewritten graph have shown, for the next one to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvlayers.gateway.errors import GatewayError
from uvlayers.takeover import Takeover


class TriedInVainError(Exception):
    """A RUN was cut and then not taken over: it must be in one piece again."""


@dataclass(slots=True)
class Again:
    """What earlier attempts have shown, by the digests of delegated RUNs.

    `written` are those that must stay as they are, `given_up` says why packages are left to a RUN.
    `changed` leads from the digests of vertices that hold a RUN's command in another form to it,
    `failed` has the messages of such RUNs that failed in it.
    """

    written: set[str] = field(default_factory=set)
    given_up: dict[str, dict[str, str]] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def learn_failure(self, error: GatewayError) -> bool:
        """Leave the RUN as it is whose command failed in another form; False if there is none.

        It fails in its own words then, or the change was to blame.
        """
        run = self.changed.get(error.vertex or "")
        if run is None or run in self.written:
            return False
        self.written.add(run)
        self.failed[run] = error.message
        return True

    def learn_build(
        self, vertex: str, takeovers: Mapping[str, Takeover], origins: Mapping[str, str]
    ) -> bool:
        """Give up what `vertex` was to build; False if it builds nothing.

        `takeovers` are by the digests of RUNs, or of parts of those that `origins` leads to.
        """
        found = [
            (origins[run], takeover.builds[vertex].name)
            for run, takeover in takeovers.items()
            if vertex in takeover.builds
        ]
        for run, name in found:
            self.given_up.setdefault(run, {})[name] = "it cannot be built apart from the RUN"
        return bool(found)
