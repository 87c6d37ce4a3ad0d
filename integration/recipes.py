"""What the images are made of. Nothing here runs: the images' makers read these values."""

from dataclasses import dataclass

NAMESPACE = "uvlayers-test"


@dataclass(frozen=True)
class Debian:
    """A minimal Debian without Python, as Docker Hub's debian:SUITE-slim."""

    suite: str

    @property
    def image_ref(self) -> str:
        return f"{NAMESPACE}/debian:{self.suite}-slim"

    @property
    def stands_in_for(self) -> str:
        return f"debian:{self.suite}-slim"


@dataclass(frozen=True)
class Built:
    """An image built from one of our Dockerfiles on top of a Debian."""

    image_ref: str
    dockerfile: str
    base: Debian
    build_args: tuple[tuple[str, str], ...] = ()
    # What to pull instead where an image registry can be reached.
    stands_in_for: str | None = None


@dataclass(frozen=True)
class Uv:
    """The uv image, with the uv of a Python package index."""

    tag: str
    # None is the one that the project's own virtual environment has.
    version: str | None = None
    # Not pulled anywhere: tests want one known version on every engine.
    stands_in_for: str | None = None

    @property
    def image_ref(self) -> str:
        return f"{NAMESPACE}/uv:{self.tag}"


@dataclass(frozen=True)
class ForPlatforms:
    """One image of several platforms, made of trees that nobody runs."""

    name: str
    # A Debian with these packages, or where there is none the two programs of uv.
    suite: str | None = None
    packages: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ("amd64", "arm64")
    # No image that can be pulled is known to be one of just these.
    stands_in_for: str | None = None

    @property
    def image_ref(self) -> str:
        return f"{NAMESPACE}/{self.name}:platforms"


Recipe = Debian | Built | Uv | ForPlatforms

BOOKWORM, TRIXIE, FORKY = Debian("bookworm"), Debian("trixie"), Debian("forky")


def local_python(minor: str, debian: Debian) -> Built:
    """CPython in /usr/local, as Docker Hub's python:3.X-slim."""
    return Built(
        f"{NAMESPACE}/python:{minor}-slim",
        "python.Dockerfile",
        debian,
        (("PACKAGE", f"python{minor}"),),
        stands_in_for=f"python:{minor}-slim-{debian.suite}",
    )


def system_python(debian: Debian) -> Built:
    """Debian's own python3 in /usr."""
    return Built(f"{NAMESPACE}/debian-python:{debian.suite}", "debian-python.Dockerfile", debian)


PYTHON = local_python("3.13", TRIXIE)
SYSTEM_PYTHON = system_python(TRIXIE)
OLD_SYSTEM_PYTHON = system_python(BOOKWORM)
NEW_SYSTEM_PYTHON = system_python(FORKY)
# A later patch release of the minor version that PYTHON and SYSTEM_PYTHON have.
PATCHED_PYTHON = Built(
    f"{NAMESPACE}/debian-python:forky-3.13",
    "debian-patched.Dockerfile",
    FORKY,
    (("PACKAGE", "python3.13"),),
)
UV = Uv("latest")
OLD_UV = Uv("0.8", "0.8.24")
# CPython is Debian's own, which `ensurepip` is not part of.
PYTHON_FOR_PLATFORMS = ForPlatforms("debian-python", "trixie", ("ca-certificates", "python3"))
UV_FOR_PLATFORMS = ForPlatforms("uv")

# Made by `up`, the slowest first; all others when somebody asks for them.
STANDARD: tuple[Recipe, ...] = (PYTHON, UV, OLD_UV, SYSTEM_PYTHON, OLD_SYSTEM_PYTHON)
ON_DEMAND: tuple[Recipe, ...] = (
    local_python("3.11", BOOKWORM),
    NEW_SYSTEM_PYTHON,
    PATCHED_PYTHON,
    TRIXIE,
    BOOKWORM,
    FORKY,
    PYTHON_FOR_PLATFORMS,
    UV_FOR_PLATFORMS,
)


def find_recipe(image_ref: str) -> Recipe:
    return {recipe.image_ref: recipe for recipe in STANDARD + ON_DEMAND}[image_ref]
