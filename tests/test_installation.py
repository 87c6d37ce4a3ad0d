import pytest
from uvlayers.errors import SelectError
from uvlayers.installation import Installation, Left, normalized_names, plan_installation
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import Wheel
from uvlayers.lock.parse import parse_lock
from uvlayers.lock.selection import BuildPolicy, Groups, Selection
from uvlayers.python.wheels import TagRanks

HASH = "sha256:" + "a" * 64
INDEX = 'version = "1.0"\nsource = { registry = "https://i.example/simple" }'
WHEEL = "x-1.0-py3-none-any.whl"
URL = f"https://f.example/{WHEEL}"
OTHER = WHEEL.replace("py3", "cp39")
SDIST = f'sdist = {{ url = "https://f.example/x-1.0.tar.gz", hash = "{HASH}", size = 7 }}'
LISTED = f'wheels = [{{ url = "{URL}", hash = "{HASH}", size = 5, upload-time = "2024" }}]'


def plan(package: str, *, installed: tuple[str, ...] = (), no_binary: bool = False) -> Installation:
    text = f'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "x"\n{package}\n'
    lock = parse_lock(text.encode())
    build = BuildPolicy(no_binary=no_binary)
    selection = Selection(project="p", groups=Groups(), build=build)
    ranks = TagRanks(["py3-none-any"])
    return plan_installation(lock.packages, selection, ranks, lock, "/app", installed)


def reason(package: str, **options: object) -> str:
    found = plan(package, **options)  # type: ignore[arg-type]
    assert found.wheels == ()
    (left,) = found.left
    return left.reason


def test_a_wheel_of_an_index() -> None:
    found = plan(f"{INDEX}\n{SDIST}\n{LISTED}")
    assert found == Installation((Wheel("x", "1.0", WHEEL, URL, HASH, 5, "2024"),), ())
    assert found.names == {"x"}


def test_a_wheel_at_a_url() -> None:
    wheels = f'wheels = [{{ url = "{URL}", hash = "{HASH}" }}]'
    found = plan(f'version = "1.0"\nsource = {{ url = "{URL}" }}\n{wheels}')
    assert found.wheels == (Wheel("x", "1.0", WHEEL, URL, HASH, direct=True),)


@pytest.mark.parametrize("url", ["https://u:p@f.example/", "file:///wheels/", "s3://bucket/"])
def test_an_index_from_which_the_builder_cannot_fetch(url: str) -> None:
    listed = LISTED.replace(URL.removesuffix(WHEEL), url)
    assert "at no web address" in reason(f"{INDEX}\n{listed}")


@pytest.mark.parametrize("url", ["https://u:p@f.example/", "s3://bucket/"])
def test_a_url_that_uv_may_write_otherwise(url: str) -> None:
    wheels = f'wheels = [{{ url = "{url}{WHEEL}", hash = "{HASH}" }}]'
    package = f'version = "1.0"\nsource = {{ url = "{url}{WHEEL}" }}\n{wheels}'
    assert "an unusual place" in reason(package)


def test_a_wheel_at_a_path() -> None:
    wheels = f'wheels = [{{ filename = "{WHEEL}", hash = "{HASH}" }}]'
    found = plan(f'version = "1.0"\nsource = {{ path = "../{WHEEL}" }}\n{wheels}')
    assert found.wheels == (PathWheel("x", "1.0", f"/{WHEEL}", "a" * 64, direct=True),)


def test_a_wheel_of_a_local_index() -> None:
    wheels = f'wheels = [{{ path = "{WHEEL}" }}]'
    found = plan(f'version = "1.0"\nsource = {{ registry = "links" }}\n{wheels}')
    assert found.wheels == (PathWheel("x", "1.0", f"/app/links/{WHEEL}", None, direct=False),)


def test_an_sdist_is_built() -> None:
    (built,) = plan(f"{INDEX}\n{SDIST}").wheels
    assert isinstance(built, Built)
    assert (built.name, built.version, built.size, built.archive) == ("x", "1.0", 7, None)
    assert (str(built), built.filename) == ("x 1.0", "x.whl")


def test_no_binary_builds_what_has_a_wheel() -> None:
    built = plan(f"{INDEX}\n{SDIST}\n{LISTED}", no_binary=True).wheels
    assert built == plan(f"{INDEX}\n{SDIST}").wheels


def test_a_git_source_is_built() -> None:
    (built,) = plan(f'source = {{ git = "https://g.example/r#{"0" * 40}" }}').wheels
    assert isinstance(built, Built)
    assert (str(built), built.version) == ("x", None)


@pytest.mark.parametrize(
    ("kind", "path", "member"),
    [("directory", "x", False), ("editable", "x", False), ("editable", ".", True)],
)
def test_trees_are_left(kind: str, path: str, member: bool) -> None:
    (left,) = plan(f'version = "1.0"\nsource = {{ {kind} = "{path}" }}').left
    assert (left.local, left.member) == (True, member)
    assert "files of the project" in left.reason


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (f'{INDEX}\nwheels = [{{ url = "{URL}" }}]', "no sha256"),
        (f'{INDEX}\nwheels = [{{ url = "{URL}", hash = "md5:{"a" * 32}" }}]', "no sha256"),
        (
            (
                f'version = "1.0"\nsource = {{ path = "{WHEEL}" }}\n'
                f'wheels = [{{ filename = "{WHEEL}", hash = "md5:{"a" * 32}" }}]'
            ),
            "no sha256",
        ),
    ],
)
def test_what_cannot_be_verified_is_left(package: str, expected: str) -> None:
    assert expected in reason(package)


def test_what_is_there_already_is_left() -> None:
    assert "base image" in reason(f"{INDEX}\n{LISTED}", installed=("x",))


def test_nothing_to_install_is_an_error() -> None:
    with pytest.raises(SelectError):
        plan(f'{INDEX}\nwheels = [{{ url = "{URL.replace("py3", "cp39")}", hash = "{HASH}" }}]')


@pytest.mark.parametrize("source", [f'{{ path = "{OTHER}" }}', f'{{ url = "https://f/{OTHER}" }}'])
def test_a_wheel_for_another_python_is_an_error(source: str) -> None:
    wheels = f'wheels = [{{ filename = "{OTHER}", url = "https://f/{OTHER}", hash = "{HASH}" }}]'
    with pytest.raises(SelectError, match="is incompatible with the current platform"):
        plan(f'version = "1.0"\nsource = {source}\n{wheels}')


def test_packages_can_be_left_later() -> None:
    found = plan(f"{INDEX}\n{LISTED}").without({"x": "it fails"})
    assert found == Installation((), (Left("x", "it fails", local=False),))
    assert found.names == {"x"}


def test_names_of_installed_projects() -> None:
    entries = ["Foo_Bar-1.0.dist-info", "baz.qux.egg-info"]
    assert normalized_names(entries) == {"foo-bar", "baz-qux"}
