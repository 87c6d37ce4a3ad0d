"""Whether the uv that runs the command reads it as we did."""

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from uvlayers.errors import Unsupported
from uvlayers.settings.releases import KNOWN, Release
from uvlayers.settings.request import Request


def require_agreement(request: Request, uv: Release) -> None:
    """Raise Unsupported unless that release of uv means by the command what `request` says."""
    version = ".".join(map(str, uv))
    if uv < request.oldest_uv:
        oldest = ".".join(map(str, request.oldest_uv))
        raise Unsupported(
            f"uv {version} is older than {oldest} and reads {request.relies_on[-1]} differently"
        )
    if uv[:2] > KNOWN and request.unrecognized:
        raise Unsupported(f"uv {version} may know what we do not: `{request.unrecognized[0]}`")
    if request.required_uv is not None and not _permits(request.required_uv, version):
        raise Unsupported(f"`required-version` does not permit uv {version}: {request.required_uv}")


def _permits(required: str, version: str) -> bool:
    try:
        specifier = f"=={Version(required)}"  # a bare version means that very one
    except InvalidVersion:
        specifier = required
    try:
        return SpecifierSet(specifier, prereleases=True).contains(version)
    except (InvalidSpecifier, InvalidVersion):
        return False
