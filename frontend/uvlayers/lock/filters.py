"""`--no-install-*` and `--only-install-*`: what is walked through but not installed.

After `crates/uv-configuration/src/install_options.rs`: the first rule that speaks decides.
"""

from collections.abc import Set

from uvlayers.lock.model import GitSource, Package, RegistrySource, UrlSource
from uvlayers.lock.selection import InstallFilter


def is_wanted(
    package: Package, install: InstallFilter, project: str | None, members: Set[str]
) -> bool:
    """Whether the package passes; `project` is the selected one, None where it is not one."""
    name = package.name
    is_local = not isinstance(package.source, RegistrySource | GitSource | UrlSource)
    if install.only_packages:
        return name in install.only_packages
    if install.only_local:
        return is_local
    if install.only_workspace:
        return name == project or name in members
    if install.only_project:
        return name == project
    refused = (
        (install.no_project and name == project)
        # A single-project lock does not list its root among the members.
        or (install.no_workspace and (name == project or name in members))
        or (install.no_local and is_local)
        or name in install.no_packages
    )
    return not refused
