"""The flags, variables and settings that choose what is installed, to a `lock.Selection`."""

from collections.abc import Mapping

from uvlayers.errors import Unsupported
from uvlayers.lock.model import DefaultGroups
from uvlayers.lock.selection import BuildPolicy, Extras, Groups, InstallFilter, Selection
from uvlayers.pyproject import get, strings, subtable
from uvlayers.settings.arguments import normalized
from uvlayers.settings.choices import Choices
from uvlayers.settings.discovery import FoundWorkspace, Project

DEV = "dev"


def read_selection(choices: Choices, workspace: FoundWorkspace, *, frozen: bool) -> Selection:
    """The selection of a command in a workspace; raises Unsupported where uv would refuse."""
    packages = tuple(choices.names("package"))
    if len(packages) > 1:
        choices.requirement.at_least("0.9.8", "several `--package`")
    for name in packages:
        if not frozen and name not in workspace.members:
            raise Unsupported(f"the workspace has no member `{name}`")
    _rely_on_unknown_names(choices, workspace, packages)
    editable, no_editable = choices.pair("editable", "no-editable", None, "UV_NO_EDITABLE")
    members = workspace.members.items()
    return Selection(
        project=_selected_project(workspace, packages, frozen=frozen),
        non_project=workspace.non_project,
        packages=packages,
        all_packages=choices.arguments.has("all-packages"),
        groups=_groups(choices, workspace, packages, frozen=frozen),
        extras=_extras(choices),
        install=_install_filter(choices),
        editable=True if editable else (False if no_editable else None),
        no_editable_packages=frozenset(choices.names("no-editable-package")),
        build=_build_policy(choices),
        member_groups={name: group_names(project) for name, project in members},
        root_groups=group_names(workspace.root) if workspace.non_project else None,
    )


def _rely_on_unknown_names(
    choices: Choices, workspace: FoundWorkspace, packages: tuple[str, ...]
) -> None:
    """Releases differ over groups and extras that the selected projects do not have."""
    names = packages or ((workspace.current.name,) if workspace.current.name else ())
    if choices.arguments.has("all-packages") or not names:
        names = tuple(workspace.members)
    roots = [workspace.members[name] for name in names if name in workspace.members]
    groups = {name for project in roots for name in group_names(project)}
    extras = {name for project in roots for name in _extra_names(project)}
    given = {name for flag in ("group", "only-group") for name in choices.names(flag)}
    given |= set(choices.names("no-group", "UV_NO_GROUP"))
    if choices.arguments.has("dev") or choices.arguments.has("only-dev"):
        given.add(DEV)
    if given - groups:
        choices.requirement.at_least("0.12.2", "a group that the project does not have")
    if {*choices.names("extra"), *choices.names("no-extra")} - extras:
        choices.requirement.at_least("0.7.22", "an extra that the project does not have")


def _extra_names(project: Project) -> list[str]:
    table = subtable(project.pyproject, "project", "optional-dependencies") or {}
    return normalized(table, "optional-dependencies")


def _selected_project(
    workspace: FoundWorkspace, packages: tuple[str, ...], *, frozen: bool
) -> str | None:
    """The current project; without `--frozen` a single `--package` takes its place."""
    if len(packages) == 1 and not frozen:
        return packages[0]
    return workspace.current.name


def _groups(
    choices: Choices, workspace: FoundWorkspace, packages: tuple[str, ...], *, frozen: bool
) -> Groups:
    arguments = choices.arguments
    dev, no_dev = choices.pair("dev", "no-dev", "UV_DEV", "UV_NO_DEV")
    only_dev = arguments.has("only-dev")
    if only_dev or arguments.has("only-group"):
        for variable in ("UV_DEV", "UV_NO_DEV"):
            if choices.variables.boolean(variable) is not None:
                choices.requirement.at_least("0.9.23", f"`--only-…` over `{variable}`")
    included, only = choices.names("group"), choices.names("only-group")
    excluded = choices.names("no-group", "UV_NO_GROUP")
    # uv-configuration's DevMode: `--only-dev` goes before `--no-dev`, that before `--dev`.
    wants_dev = only_dev or (dev and not no_dev)
    name = packages[0] if len(packages) == 1 else None
    project = workspace.current
    if name is not None and not frozen:
        project = workspace.members[name]
    return Groups(
        include=frozenset((*included, *only, *([DEV] if wants_dev else []))),
        exclude=frozenset((*excluded, *([DEV] if no_dev and not only_dev else []))),
        explicit=frozenset((*included, *only, *excluded)),
        all=arguments.has("all-groups"),
        only=bool(only) or only_dev,
        no_defaults=choices.switch("no-default-groups", "UV_NO_DEFAULT_GROUPS"),
        defaults=default_groups(project),
        lock_defaults=frozen and name is not None,
    )


def default_groups(project: Project) -> DefaultGroups:
    """`tool.uv.default-groups`; raises Unsupported for a group that the project does not have."""
    found = project.tool.get("default-groups")
    if found is None:
        return frozenset({DEV})
    if found == "all":
        return "all"
    names = frozenset(normalized(strings(project.tool, "default-groups") or (), "default-groups"))
    for name in sorted(names - _declared_groups(project)):
        raise Unsupported(f"`default-groups` names a group that does not exist: `{name}`")
    return names


def group_names(project: Project) -> frozenset[str]:
    """The groups of a project, the legacy `tool.uv.dev-dependencies` among them as "dev"."""
    legacy = "dev-dependencies" in project.tool
    return _declared_groups(project) | ({DEV} if legacy else frozenset())


def _declared_groups(project: Project) -> frozenset[str]:
    table = subtable(project.pyproject, "dependency-groups") or {}
    return frozenset(normalized(table, "dependency-groups"))


def _extras(choices: Choices) -> Extras:
    return Extras(
        include=frozenset(choices.names("extra")),
        exclude=frozenset(choices.names("no-extra")),
        all=choices.arguments.has("all-extras"),
    )


def _install_filter(choices: Choices) -> InstallFilter:
    filters: dict[str, bool] = {}
    for what in ("project", "workspace", "local"):
        upper = what.upper()
        no, only = choices.pair(
            f"no-install-{what}",
            f"only-install-{what}",
            f"UV_NO_INSTALL_{upper}",
            f"UV_ONLY_INSTALL_{upper}",
        )
        if no and only:
            raise Unsupported(f"`--no-install-{what}` and `--only-install-{what}` are both set")
        filters |= {f"no_{what}": no, f"only_{what}": only}
    return InstallFilter(
        **filters,
        no_packages=frozenset(choices.names("no-install-package")),
        only_packages=frozenset(choices.names("only-install-package")),
    )


def _build_policy(choices: Choices) -> BuildPolicy:
    no_binary = choices.three_way("no-binary", "binary", "UV_NO_BINARY", "no-binary")
    no_build = choices.three_way("no-build", "build", "UV_NO_BUILD", "no-build")
    binary_names = choices.names("no-binary-package", "UV_NO_BINARY_PACKAGE", "no-binary-package")
    build_names = choices.names("no-build-package", "UV_NO_BUILD_PACKAGE", "no-build-package")
    if no_build or build_names:
        choices.requirement.at_least("0.5.31", "`--no-build` beside projects without a build")
    # A flag or setting that is off switches the list of packages off too (NoBinary::from_args).
    return BuildPolicy(
        no_binary=bool(no_binary),
        no_binary_packages=frozenset(binary_names if no_binary is None else ()),
        no_build=bool(no_build),
        no_build_packages=frozenset(build_names if no_build is None else ()),
    )


def requires_python(workspace: FoundWorkspace, groups: Groups) -> list[str]:
    """What every member and every wanted group requires of the interpreter, root first."""
    projects = [workspace.root]
    projects += [p for p in workspace.members.values() if p.directory != workspace.root.directory]
    found: list[str] = []
    for project in projects:
        table = subtable(project.pyproject, "project") or {}
        found += [get(table, "requires-python", str) or ""]
        found += _of_groups(project, groups)
    return list(dict.fromkeys(text.strip() for text in found if text.strip()))


def _of_groups(project: Project, groups: Groups) -> list[str]:
    """`tool.uv.dependency-groups.<name>.requires-python` of wanted groups and their includes."""
    settings = subtable(project.tool, "dependency-groups") or {}
    required = {
        normal: get(subtable(settings, name) or {}, "requires-python", str)
        for name, normal in zip(settings, normalized(settings, "dependency-groups"), strict=True)
    }
    if not any(required.values()):
        return []
    declared = subtable(project.pyproject, "dependency-groups") or {}
    names = dict(zip(normalized(declared, "dependency-groups"), declared.values(), strict=True))
    wanted = [name for name in names if _contains(groups, name)]
    reached = _with_includes(names, wanted)
    return [text for name, text in required.items() if text and name in reached]


def _contains(groups: Groups, name: str) -> bool:
    if name in groups.exclude:
        return False
    if groups.all or name in groups.include:
        return True
    if groups.no_defaults or groups.only or groups.defaults is None:
        return False
    return groups.defaults == "all" or name in groups.defaults


def _with_includes(groups: Mapping[str, object], wanted: list[str]) -> set[str]:
    """The groups that `wanted` reach by `include-group` (PEP 735)."""
    reached: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        specifiers = groups.get(name)
        if name in reached or not isinstance(specifiers, list):
            continue
        reached.add(name)
        for specifier in specifiers:
            if isinstance(specifier, Mapping) and isinstance(specifier.get("include-group"), str):
                pending += normalized([specifier["include-group"]], "include-group")
    return reached
