"""What releases of uv have read differently out of one lock.

The uv of the RUN decides what is installed, so its history counts. Found by asking one release
after another (the selection oracle in `integration/`).
"""

from dataclasses import dataclass

UvVersion = tuple[int, int, int]

_GROUPS_ACTIVATE_EXTRAS = (0, 12, 0)
_MEMBERS_INHERIT_TOO_MUCH = (0, 12, 1)  # defaults as well; taken back in the next release
_MEMBERS_INHERIT = (0, 12, 2)
_LOCK_KNOWS_DEFAULTS = (0, 12, 22)
_PROJECTS_CONFLICT = (0, 8, 0)


@dataclass(frozen=True, slots=True)
class Rules:
    """How one release of uv selects.

    groups_activate_extras: an edge of a dependency group switches on its own extras for conflicts
    members_inherit:        a selected member has the groups of the workspace root, on request;
                            before, those of a root that is no project as if they were its own, of
                            another root none; None for the one release that did otherwise
    locked_defaults:        `--frozen --package X` takes X's default groups from the lock
    project_conflicts:      `conflicts` may name a whole project
    """

    groups_activate_extras: bool = True
    members_inherit: bool | None = True
    locked_defaults: bool = True
    project_conflicts: bool = True


def rules_of(uv: UvVersion | None) -> Rules:
    """Return the rules of a release, those of the newest known one for None."""
    if uv is None:
        return Rules()
    return Rules(
        groups_activate_extras=uv >= _GROUPS_ACTIVATE_EXTRAS,
        members_inherit=None if uv == _MEMBERS_INHERIT_TOO_MUCH else uv >= _MEMBERS_INHERIT,
        locked_defaults=uv >= _LOCK_KNOWS_DEFAULTS,
        project_conflicts=uv >= _PROJECTS_CONFLICT,
    )
