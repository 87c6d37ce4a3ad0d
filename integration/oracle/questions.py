"""Command lines worth asking about a lock: every flag once, with the names that the lock has."""

import itertools
from collections.abc import Iterator

from uvlayers.lock.model import Lock, Package
from uvlayers.lock.roots import lock_root

from integration.oracle.selection import Question

_GENERAL = (
    "",
    "--no-dev",
    "--only-dev",
    "--dev",
    "--no-dev --dev",
    "--all-groups",
    "--all-groups --no-group dev",
    "--no-default-groups",
    "--all-extras",
    "--all-extras --all-groups",
    "--all-packages",
    "--all-packages --no-dev",
    "--no-install-project",
    "--no-install-workspace",
    "--no-install-local",
    "--only-install-project",
    "--only-install-workspace",
    "--only-install-local",
    "--no-editable",
    "--no-binary",
    "--no-build",
    "--extra there-is-no-such",
    "--group there-is-no-such",
    "--no-group there-is-no-such",
    "--only-group there-is-no-such",
)

_MEMBERS = 4  # of those that a workspace has
_PAIRS = 6  # of extras


def questions_about(lock: Lock) -> Iterator[Question]:
    """Yield command lines, those that suit any lock first."""
    for line in _GENERAL:
        yield Question(tuple(line.split()))
    root = lock_root(lock)
    extras = () if root is None else tuple(root.optional_dependencies)
    groups = tuple((lock.manifest if root is None else root).dependency_groups)
    for extra in extras:
        yield Question(("--extra", extra))
    for left, right in itertools.islice(itertools.combinations(extras, 2), _PAIRS):
        yield Question(("--extra", left, "--extra", right))
    for group in groups:
        yield Question(("--no-dev", "--group", group))
        yield Question(("--only-group", group))
        yield Question(("--all-groups", "--no-group", group))
    for name in sorted(lock.manifest.members)[:_MEMBERS]:
        yield Question(("--package", name))
        yield Question(("--package", name, "--no-default-groups"))
        for group in groups:
            yield Question(("--package", name, "--no-dev", "--group", group))
    yield from _questions_about_packages(lock)


def _questions_about_packages(lock: Lock) -> Iterator[Question]:
    built: list[Package] = [package for package in lock.packages if package.sdist is not None]
    for package in built[:: max(1, len(built) // 3)][:3]:
        yield Question(("--no-install-package", package.name))
        yield Question(("--only-install-package", package.name))
        yield Question(("--no-binary-package", package.name))
        yield Question(("--no-build", "--no-binary-package", package.name))
        yield Question(("--no-binary", "--no-build-package", package.name))
