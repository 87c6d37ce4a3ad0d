"""What is at the environment's place before a RUN, and whether layers can go there."""

from collections.abc import Sequence

from uvlayers.errors import Unsupported
from uvlayers.existing import require_kept, require_same
from uvlayers.files import directories_to, is_there
from uvlayers.gateway.states import States
from uvlayers.installation import normalized_names
from uvlayers.llb.fileop import reaches
from uvlayers.recipe import Recipe
from uvlayers.settings.request import SyncRequest
from uvlayers.workshop import Installed


def installed_before(
    recipe: Recipe, records: Sequence[Installed], states: States
) -> tuple[Installed, ...]:
    """Those of `records`, of what earlier RUNs installed, that are of the same environment.

    There are none where this RUN makes it.

    Raises Unsupported where the environment is anything else than what they or this one made, and
    where uv would remove something from it.
    """
    path = recipe.request.environment_path
    before = tuple(each for each in records if each.path == path)
    if not before:
        _require_new(recipe, states)
    if any(each.completed for each in before):
        raise Unsupported("a command has gone on with its environment")
    if not all(_is_alike(recipe, each) for each in before):
        raise Unsupported("an earlier command made its environment in another way")
    _require_kept(recipe, before)
    return before


def _is_alike(recipe: Recipe, installed: Installed) -> bool:
    """Whether uv takes the environment as it is, and installs into it what it would have then.

    What two syncs differ in besides (`ENV PATH`, the project's files) made no difference to the
    interpreter that uv chose, nor to anything that it reports. To compile bytecode, uv would go
    through what is installed already.
    """
    install, interpreter = installed.install, recipe.skeleton.interpreter
    given = (install.uid, install.gid, install.modes) != (interpreter.uid, interpreter.gid, None)
    if given or install.bytecode != recipe.request.bytecode:
        return False
    if installed.environment == recipe.skeleton.emitted:
        return True
    return (
        installed.synced
        and isinstance(recipe.request, SyncRequest)
        and install.interpreter == interpreter
        and install.directories == recipe.directories
    )


def _require_new(recipe: Recipe, states: States) -> None:
    skeleton = recipe.skeleton
    environment = skeleton.interpreter.environment
    path = recipe.request.environment_path
    if environment is None or environment.real_path != path:
        raise Unsupported(f"the environment's path goes through a symbolic link: `{path}`")
    if any(reaches([path], prefix) for prefix in recipe.root.prefixes):
        raise Unsupported(f"it is inside of what an earlier command made: `{path}`")
    _require_own_parents(recipe, states)
    there = is_there(states, recipe.root.shadow, path)
    if environment.existed != there and not _is_empty(recipe, states):
        raise Unsupported(f"something exists already at the environment's path: `{path}`")
    if environment.extraneous:
        owner = "the environment that is there" if environment.virtual else "the base image"
        name = min(normalized_names(environment.extraneous))
        raise Unsupported(f"{owner} has packages of its own: `{name}`")
    if environment.existed and environment.virtual:
        if skeleton.ground.run != recipe.found.run:
            raise Unsupported(f"the environment is there already, and cannot be run: `{path}`")
        require_kept(states, recipe.root.shadow, skeleton.emitted.skeleton, path)
        require_same(states, skeleton.ground.root, recipe.root.shadow, skeleton.interpreter)


def _require_own_parents(recipe: Recipe, states: States) -> None:
    """Raise Unsupported where the layers would undo what an earlier command did to a directory."""
    for added in recipe.root.added:
        changed = directories_to(states, added, recipe.request.environment_path)
        for path, looks in changed.items():
            if recipe.directories.get(path) != looks:
                raise Unsupported(f"it is inside of what an earlier command made: `{path}`")


def _is_empty(recipe: Recipe, states: States) -> bool:
    """Whether nothing but an empty directory is there, which uv takes as it is."""
    path = recipe.request.environment_path
    made = directories_to(states, recipe.skeleton.emitted.skeleton, path)
    return (
        states.names(recipe.root.shadow, path) == ()
        and path in recipe.directories
        and made.get(path) == recipe.directories[path]
    )


def _require_kept(recipe: Recipe, before: Sequence[Installed]) -> None:
    """Raise Unsupported if the sync replaces or removes what an earlier one installed."""
    wanted = frozenset(recipe.installation.wheels)
    versions = {wheel.name: wheel for wheel in wanted}
    for wheel in sorted({w for each in before for w in each.wheels} - wanted, key=str):
        if wheel.name in versions:
            raise Unsupported(f"it changes what an earlier command installed: `{wheel.name}`")
        if not recipe.request.inexact:
            raise Unsupported(f"it removes what an earlier command installed: `{wheel.name}`")
    gone = {name for each in before for name in each.names} - recipe.installation.names
    if gone and not recipe.request.inexact:
        raise Unsupported(f"it removes what an earlier command installed: `{min(gone)}`")
