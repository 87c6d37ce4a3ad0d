"""How this machine reaches package indexes, so that builds can do the same."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")

# A mirror that the machine's owner chose holds inside the builds, too.
INDEX_VARIABLES = ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")

PROXIES = {
    "httpProxy": ("HTTP_PROXY", "http_proxy"),
    "httpsProxy": ("HTTPS_PROXY", "https_proxy"),
    "noProxy": ("NO_PROXY", "no_proxy"),
}


def image_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What base images of ours set beyond what the images they stand in for do."""
    index = {name: environment[name] for name in INDEX_VARIABLES if name in environment}
    # uv and older versions of pip trust lists of authorities of their own unless told otherwise.
    return {"SSL_CERT_FILE": str(CA_BUNDLE), "PIP_CERT": str(CA_BUNDLE), **index}


def docker_proxies(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The proxies, as docker's config.json hands them to every build."""
    found = {
        key: next((environment[name] for name in names if environment.get(name)), None)
        for key, names in PROXIES.items()
    }
    return {key: value for key, value in found.items() if value is not None}


def copy_network_files(root: Path) -> None:
    """Let programs inside a tree resolve names and trust authorities as this machine does."""
    copy_ca_bundle(root)
    resolver = root / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    shutil.copyfile("/etc/resolv.conf", resolver)


def copy_ca_bundle(root: Path) -> None:
    if CA_BUNDLE.exists():
        shutil.copyfile(CA_BUNDLE, root / CA_BUNDLE.relative_to("/"))
