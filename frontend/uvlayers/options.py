"""What the build was started with, parsed once into one frozen value.

Follows BuildKit `frontend/gateway/gateway.go` (the variables) and `frontend/dockerui/config.go`
(the keys).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvlayers.errors import UvlayersError

_OPT_VARIABLE = "BUILDKIT_FRONTEND_OPT_"

KEY_SUBREQUEST = "requestid"
KEY_CACHE_IMPORTS = "cache-imports"
KEY_SOURCE = "source"
KEY_CMDLINE = "cmdline"

ARG_SWITCH = "build-arg:UVLAYERS"
ARG_LAYERS = "build-arg:UVLAYERS_LAYERS"
ARG_DOCKERFILE = "build-arg:UVLAYERS_DOCKERFILE"
ARG_DEBUG = "build-arg:UVLAYERS_DEBUG"

STAGES = ("delegated", "cut", "plan", "llb")
"""What `UVLAYERS_DEBUG` can show, in the order of the pipeline."""

# They are ours, and no Dockerfile's.
ARGUMENTS = frozenset((ARG_SWITCH, ARG_LAYERS, ARG_DOCKERFILE, ARG_DEBUG))

_NUMBER = re.compile(r"0*[1-9][0-9]{0,8}")
_OFF = frozenset({"off", "0", "false", "no"})
_ON = frozenset({"on", "1", "true", "yes", ""})


@dataclass(frozen=True, slots=True)
class Options:
    """`opts` are the frontend options as the client sent them (`build-arg:X`, `target`, …).

    `processors` is how many the builder has.
    """

    opts: Mapping[str, str]
    processors: int = 1

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], processors: int = 1) -> "Options":
        opts: dict[str, str] = {}
        for name, value in environ.items():
            if name.startswith(_OPT_VARIABLE):
                key, _, text = value.partition("=")
                opts[key] = text
        return cls(opts, processors)

    @property
    def subrequest(self) -> str | None:
        """`docker buildx build --call …` and the like: a question about the Dockerfile."""
        return self.opts.get(KEY_SUBREQUEST) or None

    @property
    def enabled(self) -> bool:
        """False under `--build-arg UVLAYERS=off`: the Dockerfile is built as it stands."""
        value = self.opts.get(ARG_SWITCH, "").lower()
        if value not in _OFF | _ON:
            raise UvlayersError(
                f"build argument `UVLAYERS` must be `on` or `off`, not `{value}`",
                hint="`--build-arg UVLAYERS=off` builds the Dockerfile as it stands",
            )
        return value not in _OFF

    @property
    def layer_budget(self) -> int | None:
        """How many image layers the wheels may take (`--build-arg UVLAYERS_LAYERS=N`)."""
        value = self.opts.get(ARG_LAYERS, "")
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            raise UvlayersError(
                f"build argument `UVLAYERS_LAYERS` must be a number of layers, not `{value}`",
                hint="`--build-arg UVLAYERS_LAYERS=60`",
            )
        return int(value)

    @property
    def dockerfile_image(self) -> str | None:
        """The Dockerfile frontend underneath, when it is not the one built into BuildKit."""
        return self.opts.get(ARG_DOCKERFILE) or None

    @property
    def debug(self) -> tuple[str, ...]:
        """The stages to be shown in place of the image (`--build-arg UVLAYERS_DEBUG=plan,llb`)."""
        names = self.opts.get(ARG_DEBUG, "").replace(",", " ").split()
        wrong = next((name for name in names if name not in (*STAGES, "all")), None)
        if wrong is not None:
            raise UvlayersError(
                f"build argument `UVLAYERS_DEBUG` must name stages, not `{wrong}`",
                hint=f"`--build-arg UVLAYERS_DEBUG={','.join(STAGES)} --output out`, or `all`",
            )
        return STAGES if "all" in names else tuple(each for each in STAGES if each in names)

    @property
    def cache_imports(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """(type, attributes) of every `--cache-from`."""
        text = self.opts.get(KEY_CACHE_IMPORTS)
        if not text:
            return ()
        return tuple((entry["Type"], entry.get("Attrs") or {}) for entry in json.loads(text))
