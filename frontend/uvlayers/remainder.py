"""What is left to the user's command, run beside the wheels' layers and not on top of them.

On top, BuildKit would first materialise the merge: a hard link for every file of every wheel. Local
projects need none of that. The user's own command runs on the environment without packages, told to
leave out what the layers hold; what it adds is one more layer.
"""

from collections.abc import Callable, Iterable, Sequence

from uvlayers.dockerfile.command import SyncCommand
from uvlayers.llb.fileop import covers, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.ops import Label, diff, merge
from uvlayers.llb.rewriting import with_root
from uvlayers.pb import ops_pb2 as pb
from uvlayers.recipe import Recipe
from uvlayers.settings.request import SyncRequest

_SHELL_ARGUMENTS = 3  # shell, -c, text: what BuildKit makes of a RUN in shell form
_BESIDE = Label("[uvlayers] merge environment without packages")
_ADDED = Label("[uvlayers] what the command adds")


def is_movable(recipe: Recipe, prefixes: Sequence[str], real: Callable[[str], str]) -> bool:
    """Whether the command can be told what to leave out, and the RUN keeps off the environment.

    `prefixes` are the places that the layers write to, `real` resolves the links in a path of the
    state below.
    """
    request = recipe.request
    if not isinstance(request, SyncRequest):
        return False
    only = request.selection.install
    named = only.only_project or only.only_workspace or only.only_local or only.only_packages
    args = recipe.found.run.op.exec.meta.args
    shell = recipe.command.span is None or (len(args) == _SHELL_ARGUMENTS and args[1] == "-c")
    # a build without isolation needs the packages that would not be there
    if named or not shell or not recipe.command.inline or request.shared_builds:
        return False
    if recipe.command.alone:
        return True
    if recipe.command.aside is None:
        return False
    paths = [real(path) for path in recipe.command.aside]
    return not any(reaches(paths, prefix) or covers(paths, prefix) for prefix in prefixes)


def run_beside(
    recipe: Recipe, bare: Sequence[Output], flags: Sequence[str], inputs: Sequence[Output]
) -> tuple[Vertex, Output]:
    """The command with more `flags` on the state below, and the layer of what it adds.

    `bare` are the layers of the environment without packages, none where that has no files;
    `inputs` are those of the RUN in the new graph.
    """
    run = recipe.found.run
    below = merge([recipe.root.shadow, *bare], _BESIDE)
    op = pb.Op()
    op.CopyFrom(run.op)
    del op.exec.meta.args[:]
    op.exec.meta.args.extend(with_flags(run.op.exec.meta.args, recipe.command, flags))
    vertex = with_root(run, op, inputs, recipe.found.root_input, below)
    return vertex, diff(below, vertex.output(), _ADDED)


def with_flags(args: Sequence[str], command: SyncCommand, flags: Sequence[str]) -> list[str]:
    """The exec's arguments with `flags` at the end of the sync; nothing else is touched."""
    if command.span is None:
        return [*args, *flags]
    text, end = args[-1].encode(), command.span[1]
    return [*args[:-1], (text[:end] + " ".join(("", *flags)).encode() + text[end:]).decode()]


def leave_out(names: Iterable[str], *, inexact: bool) -> tuple[str, ...]:
    """Flags under which the sync neither installs nor removes the packages `names`.

    `inexact`: it has that flag already, which uv does not take twice.
    """
    stays = () if inexact else ("--inexact",)
    return (*stays, *(f"--no-install-package={name}" for name in sorted(names)))
