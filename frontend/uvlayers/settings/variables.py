"""Every environment variable that uv reads, and how it bears on what `uv sync` installs.

Source: uv's `crates/uv-static/src/env_vars.rs` (names, first releases), `crates/uv-settings/src/
lib.rs` and the `env =` of the flags (how each is parsed). A variable that is not here is none of
uv's, or belongs to a newer uv: `Variables.unrecognized` names the latter kind.
"""

import re
from collections.abc import Collection, Mapping

from uvlayers.errors import Unsupported
from uvlayers.settings.releases import Requirement


def names(text: str) -> frozenset[str]:
    """The words of a text, for the tables of what is known."""
    return frozenset(text.split())


TRUE = frozenset(("y", "yes", "t", "true", "on", "1"))
FALSE = frozenset(("n", "no", "f", "false", "off", "0"))

# Read by `request` and the modules that it calls; name to the first release that reads it.
BOOLEANS = {
    "UV_LOCKED": "0.4.25",
    "UV_FROZEN": "0.4.25",
    "UV_DEV": "0.8.7",
    "UV_NO_DEV": "0.8.7",
    "UV_NO_DEFAULT_GROUPS": "0.9.9",
    "UV_NO_EDITABLE": "0.6.15",
    "UV_NO_INSTALL_PROJECT": "0.11.20",
    "UV_NO_INSTALL_WORKSPACE": "0.11.20",
    "UV_NO_INSTALL_LOCAL": "0.11.20",
    "UV_ONLY_INSTALL_PROJECT": "0.11.20",
    "UV_ONLY_INSTALL_WORKSPACE": "0.11.20",
    "UV_ONLY_INSTALL_LOCAL": "0.11.20",
    "UV_NO_BINARY": "0.5.30",
    "UV_NO_BUILD": "0.1.40",
    "UV_NO_BUILD_ISOLATION": "0.1.40",
    "UV_COMPILE_BYTECODE": "0.3.3",
    "UV_NO_INSTALLER_METADATA": "0.5.7",
    "UV_NO_CONFIG": "0.2.30",
    "UV_NO_SYSTEM_CONFIG": "0.11.16",
    "UV_MANAGED_PYTHON": "0.6.9",
    "UV_NO_MANAGED_PYTHON": "0.6.9",
    "UV_NO_SOURCES": "0.9.8",
}
TEXTS = {
    "UV_NO_GROUP": "0.9.8",
    "UV_NO_BINARY_PACKAGE": "0.5.30",
    "UV_NO_BUILD_PACKAGE": "0.6.5",
    "UV_NO_SOURCES_PACKAGE": "0.9.26",
    "UV_PYTHON": "0.1.40",
    "UV_PYTHON_PREFERENCE": "0.3.2",
    "UV_PYTHON_DOWNLOADS": "0.3.2",
    "UV_LINK_MODE": "0.1.40",
    "UV_PROJECT": "0.4.4",
    "UV_PROJECT_ENVIRONMENT": "0.4.4",
    "UV_WORKING_DIR": "0.9.14",
    "UV_WORKING_DIRECTORY": "0.9.1",
    "UV_CONFIG_FILE": "0.1.34",
    "UV_PREVIEW_FEATURES": "0.8.4",
    "UV_RESOLUTION": "0.1.27",
    "UV_PRERELEASE": "0.1.16",
    "UV_FORK_STRATEGY": "0.5.9",
    "UV_EXCLUDE_NEWER": "0.2.12",
    "UV_INDEX_STRATEGY": "0.1.29",
    "VIRTUAL_ENV": "0.0.5",
    "PYC_INVALIDATION_MODE": "0.1.7",
    "SOURCE_DATE_EPOCH": "0.1.7",
    "HOME": "0.0.5",
    "XDG_CONFIG_HOME": "0.1.34",
    "XDG_CONFIG_DIRS": "0.4.26",
}
# Lists of addresses: what they hold matters to the lock, their credentials only to a download.
INDEXES = {
    "UV_INDEX": "0.4.23",
    "UV_DEFAULT_INDEX": "0.4.23",
    "UV_INDEX_URL": "0.0.5",
    "UV_EXTRA_INDEX_URL": "0.1.3",
    "UV_FIND_LINKS": "0.4.19",
}
REFUSED = {
    "UV_OFFLINE": "it turns the network off",
    "UV_PREVIEW": "it turns every preview on",
    "UV_MALWARE_CHECK": "it may refuse a package",
    "UV_SKIP_WHEEL_FILENAME_CHECK": "it takes wheels whose names do not fit",
}

# The probe runs uv with the same environment, so they do their part there.
STEER_PYTHON = names(
    """
    CONDA_DEFAULT_ENV CONDA_PREFIX PATH PYTHONHOME PYTHONPATH UV_GRAALPY_INSTALL_MIRROR
    UV_INTERNAL__PARENT_INTERPRETER UV_LIBC UV_PYPY_INSTALL_MIRROR UV_PYTHON_ARCH
    UV_PYTHON_BIN_DIR UV_PYTHON_CACHE_DIR UV_PYTHON_CPYTHON_BUILD UV_PYTHON_DOWNLOADS_JSON_URL
    UV_PYTHON_GRAALPY_BUILD UV_PYTHON_INSTALL_DIR UV_PYTHON_INSTALL_MIRROR
    UV_PYTHON_PYODIDE_BUILD UV_PYTHON_PYPY_BUILD UV_PYTHON_SEARCH_PATH XDG_DATA_HOME
    """
)
# What Python compiles has another name, another place, other bytes or fails, and then is not there.
STEER_COMPILATION = {
    "PYTHONINTMAXSTRDIGITS": re.compile(".+"),
    "PYTHONNODEBUGRANGES": re.compile(".+"),
    "PYTHONOPTIMIZE": re.compile("(?!0$).+"),
    "PYTHONPYCACHEPREFIX": re.compile(".+"),
    # an action may be cut short
    "PYTHONWARNINGS": re.compile(r"(.*,)?\s*e.*", re.DOTALL),
}
HARMLESS = {
    name: reason
    for reason, text in {
        "it only changes what is printed": """
            CI COLUMNS FORCE_COLOR NO_COLOR RUST_BACKTRACE RUST_LOG UV_HIDE_BUILD_OUTPUT
            UV_LOG_CONTEXT UV_NO_PROGRESS UV_NO_WRAP UV_SHOW_RESOLUTION
            """,
        "it only changes what is kept in uv's cache": "UV_CACHE_DIR UV_NO_CACHE XDG_CACHE_HOME",
        "it only changes how an index is reached": """
            ALL_PROXY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN HF_TOKEN HTTPS_PROXY
            HTTP_PROXY HTTP_TIMEOUT NETRC NO_PROXY SSL_CERT_DIR SSL_CERT_FILE SSL_CLIENT_CERT
            UV_API_KEY UV_AUTH_TOKEN UV_AZURE_ENDPOINT_URL UV_CREDENTIALS_DIR UV_GCS_ENDPOINT_URL
            UV_GITHUB_FAST_PATH_URL UV_GITHUB_TOKEN UV_HTTP_CONNECT_TIMEOUT UV_HTTP_RETRIES
            UV_HTTP_TIMEOUT UV_INSECURE_HOST UV_KEYRING_PROVIDER UV_NATIVE_TLS
            UV_NO_GITHUB_FAST_PATH UV_NO_HF_TOKEN UV_REQUEST_TIMEOUT
            UV_REQUIRE_METADATA_RANGE_REQUESTS UV_S3_ENDPOINT_URL UV_SYSTEM_CERTS
            """,
        "it only changes how fast uv works": """
            UV_COMPILE_BYTECODE_TIMEOUT UV_CONCURRENT_BUILDS UV_CONCURRENT_CACHE_READS
            UV_CONCURRENT_DOWNLOADS UV_CONCURRENT_INSTALLS UV_LOCK_TIMEOUT UV_STACK_SIZE
            """,
        "it only changes how packages are built": """
            UV_BUILD_CONSTRAINT UV_GIT_LFS UV_LEGACY_TAR_BACKEND UV_REQUIRE_BUILD_HASHES
            """,
        "no uv reads it, and Dockerfiles call the version of theirs so": "UV_VERSION",
        "`uv sync` does not read it": """
            RUFF TY UV UV_AMD_GPU_ARCHITECTURE UV_BREAK_SYSTEM_PACKAGES UV_CONSTRAINT
            UV_CUDA_DRIVER_VERSION UV_CUSTOM_COMPILE_COMMAND UV_DOWNLOAD_URL UV_ENV_FILE UV_EXCLUDE
            UV_INIT_BARE UV_INIT_BUILD_BACKEND UV_INSECURE_NO_ZIP_VALIDATION
            UV_INSTALLER_GHE_BASE_URL UV_INSTALLER_GITHUB_BASE_URL UV_INSTALL_DIR UV_ISOLATED
            UV_MALWARE_CHECK_URL UV_NO_ENV_FILE UV_NO_MODIFY_PATH UV_NO_PROJECT UV_NO_SYNC
            UV_NO_VERIFY_HASHES
            UV_OVERRIDE UV_PUBLISH_CHECK_URL UV_PUBLISH_INDEX UV_PUBLISH_NO_ATTESTATIONS
            UV_PUBLISH_PASSWORD UV_PUBLISH_TOKEN UV_PUBLISH_URL UV_PUBLISH_USERNAME
            UV_PYTHON_INSTALL_BIN UV_PYTHON_INSTALL_REGISTRY UV_PYTHON_NO_REGISTRY UV_REQUIRE_HASHES
            UV_RUN_MAX_RECURSION_DEPTH UV_RUN_RECURSION_DEPTH UV_RUN_RLIMIT_NOFILE UV_SYSTEM_PYTHON
            UV_TOOL_BIN_DIR UV_TOOL_DIR UV_TORCH_BACKEND UV_UNMANAGED_INSTALL UV_UPDATE_SCHEMA
            UV_UPLOAD_HTTP_TIMEOUT UV_VENV_CLEAR UV_VENV_RELOCATABLE UV_VENV_SEED
            """,
    }.items()
    for name in text.split()
}
# uv stops when one of these is no boolean or no number, even where it does not use it.
HARMLESS_BOOLEANS = names(
    """
    UV_HIDE_BUILD_OUTPUT UV_NO_PROGRESS UV_NO_CACHE UV_NATIVE_TLS UV_SYSTEM_CERTS UV_GIT_LFS
    UV_REQUIRE_BUILD_HASHES UV_ISOLATED UV_NO_SYNC UV_NO_ENV_FILE UV_VENV_CLEAR
    UV_VENV_RELOCATABLE UV_VENV_SEED UV_INIT_BARE UV_LOG_CONTEXT UV_SHOW_RESOLUTION
    """
)
HARMLESS_NUMBERS = names(
    """
    UV_CONCURRENT_BUILDS UV_CONCURRENT_CACHE_READS UV_CONCURRENT_DOWNLOADS UV_CONCURRENT_INSTALLS
    UV_HTTP_CONNECT_TIMEOUT UV_HTTP_RETRIES UV_HTTP_TIMEOUT UV_REQUEST_TIMEOUT HTTP_TIMEOUT
    """
)
READ = {**BOOLEANS, **TEXTS, **INDEXES}


def parse_boolean(name: str, value: str) -> bool:
    """As clap's `BoolishValueParser`: words of either case, nothing stripped."""
    lowered = value.lower()
    if lowered not in TRUE | FALSE:
        raise Unsupported(f"`{name}` is no boolean: `{value}`")
    return lowered in TRUE


class Variables:
    """The environment of one uv process; construction refuses what we cannot honour."""

    def __init__(
        self, environment: Mapping[str, str], unknown: Collection[str], requirement: Requirement
    ) -> None:
        self._environment = environment
        self._unknown = frozenset(unknown)
        self._requirement = requirement
        self._check()

    def _check(self) -> None:
        for name in sorted(self._unknown & (BOOLEANS.keys() | TEXTS.keys() | REFUSED.keys())):
            raise Unsupported(f"the value of `{name}` is only known when it runs")
        for name in sorted(self._unknown & STEER_PYTHON):
            raise Unsupported(f"the value of `{name}` is only known when it runs")
        for name, reason in REFUSED.items():
            value = self._environment.get(name)
            if value is not None and parse_boolean(name, value):
                raise Unsupported(f"`{name}` is set: {reason}")
        for name in (HARMLESS_BOOLEANS | BOOLEANS.keys()) & self._environment.keys():
            parse_boolean(name, self._environment[name])
        for name in HARMLESS_NUMBERS & self._environment.keys():
            value = self._environment[name]
            if value and not (value.isascii() and value.isdigit()):
                raise Unsupported(f"`{name}` is no number: `{value}`")

    def boolean(self, name: str) -> bool | None:
        """None where it is not set."""
        value = self._environment.get(name)
        if value is None:
            return None
        truth = parse_boolean(name, value)
        if name == "UV_NO_DEFAULT_GROUPS" and value not in ("true", "false"):
            self._requirement.at_least("0.10.5", f"`{name}={value}`")
        if truth:
            self._requirement.at_least(BOOLEANS[name], f"`{name}`")
        return truth

    def text(self, name: str) -> str | None:
        """None where it is not set or empty."""
        value = self._environment.get(name)
        if value:
            self._requirement.at_least(READ[name], f"`{name}`")
        return value or None

    def value(self, name: str) -> str | None:
        """As `text`, but for a variable that uv does not accept empty."""
        if self._environment.get(name) == "":
            raise Unsupported(f"`{name}` is empty")
        return self.text(name)

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a list that white space separates."""
        return tuple((self.text(name) or "").split())

    def is_unknown(self, name: str) -> bool:
        return name in self._unknown

    def of_compilation(self) -> str | None:
        """A variable that makes Python compile modules otherwise than it does by itself."""
        for name, value in STEER_COMPILATION.items():
            if name in self._unknown or value.fullmatch(self._environment.get(name, "")):
                return name
        return None

    def unrecognized(self) -> tuple[str, ...]:
        """Variables that look like uv's and are in no table: a newer uv may read them."""
        known = READ.keys() | REFUSED.keys() | HARMLESS.keys() | STEER_PYTHON
        found = {name for name in self._environment if name.startswith("UV_")} - known
        return tuple(sorted(name for name in found if not _is_credential(name)))


def _is_credential(name: str) -> bool:
    return name.startswith("UV_INDEX_") and name.endswith(("_USERNAME", "_PASSWORD"))
