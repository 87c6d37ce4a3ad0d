"""What a command installs, by the files that it names."""

from typing import cast

import pytest
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.errors import Unrelated, Unsupported
from uvlayers.files import ExecFiles
from uvlayers.order import Order, read_order, read_request, require_lock

from tests.python.facts import make_interpreter
from tests.settings.uv import MemoryFiles

DIGEST = "a" * 64
URL = "https://files.example/six-1.17.0-py3-none-any.whl"
EXACT = f"six @ {URL}#sha256={DIGEST}\n"
HASHED = f"six==1.17.0 --hash=sha256:{DIGEST}\n"
LOCK = f"""\
lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "six"
version = "1.17.0"
wheels = [{{ url = "{URL}", hashes = {{ sha256 = "{DIGEST}" }} }}]
"""
BUILT = """
[[packages]]
name = "shop"
directory = { path = "." }
"""

ROOT = """\
[project]
name = "root"
version = "1"
[tool.uv]
package = false
[tool.uv.workspace]
members = ["member"]
[dependency-groups]
lint = ["six"]
"""
MEMBER = '[project]\nname = "member"\nversion = "1"\n'
WORKSPACE = f"""\
version = 1
revision = 3
requires-python = ">=3.8"
[manifest]
members = ["member", "root"]
[[package]]
name = "root"
version = "1"
source = {{ virtual = "." }}
[package.dev-dependencies]
lint = [{{ name = "six" }}]
[package.metadata.requires-dev]
lint = [{{ name = "six" }}]
[[package]]
name = "member"
version = "1"
source = {{ virtual = "member" }}
[[package]]
name = "six"
version = "1.17.0"
source = {{ registry = "https://index.example/simple" }}
wheels = [{{ url = "{URL}", hash = "sha256:{DIGEST}" }}]
"""


def command(line: str, *, certain: bool) -> SyncCommand:
    return SyncCommand(
        argv=tuple(line.split()),
        environment={"HOME": "/root"},
        cwd="/app",
        alone=True,
        span=None,
        what=" ".join(line.split()[: 3 if " pip " in line else 2]),
        certain=certain,
    )


def files(**texts: str) -> ExecFiles:
    names = {name: name.replace("_", ".").replace("member.", "member/") for name in texts}
    paths = {f"/app/{names[name]}": text for name, text in texts.items()}
    return cast("ExecFiles", MemoryFiles({"/app/.venv/pyvenv.cfg": "", **paths}))


def order(line: str, *, certain: bool = True, **texts: str) -> Order:
    found, given = command(line, certain=certain), files(**texts)
    require_lock(found, given)
    return read_order(read_request(found, given), given)


def test_a_lock_is_all_that_is_installed() -> None:
    found = order("uv pip sync pylock.toml", pylock_toml=LOCK)
    (wheel,) = found.installation(make_interpreter()).wheels
    assert found.checked
    assert (wheel.name, wheel.version) == ("six", "1.17.0")


def test_what_must_be_built_is_left() -> None:
    found = order("uv pip sync pylock.toml", pylock_toml=LOCK + BUILT)
    (left,) = found.installation(make_interpreter()).left
    assert (left.name, left.local, left.member) == ("shop", True, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lock-version = 1", "`/app/pylock.toml` is no lock that is known: expected a string"),
        (LOCK.replace("py3", "cp27"), "uv would refuse its lock: distribution `six==1.17.0"),
        (f'requires-python = "<3"\n{LOCK}', "the lock requires another Python than 3.13.2: <3"),
    ],
)
def test_uv_says_what_is_wrong_with_a_lock(text: str, reason: str) -> None:
    with pytest.raises(Unsupported) as refused:
        order("uv pip sync pylock.toml", pylock_toml=text).installation(make_interpreter())
    assert reason in refused.value.message


def test_without_a_lock() -> None:
    with pytest.raises(Unsupported, match=r"there is no file at `/app/pylock\.toml`"):
        order("uv pip sync pylock.toml")


def test_of_a_pre_release_uv_itself_must_say() -> None:
    found = order("uv pip sync pylock.toml", pylock_toml=LOCK)
    with pytest.raises(Unsupported, match=r"a pre-release: `3\.15\.0rc1`"):
        found.installation(make_interpreter(version="3.15.0rc1"))


def test_requirements_that_name_all_are_held_against_the_python_by_uv() -> None:
    found = order("uv pip sync all.txt", certain=False, all_txt=EXACT)
    (wheel,) = found.installation(make_interpreter()).wheels
    assert not found.checked
    assert wheel.filename == "six-1.17.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("uv pip sync all.txt", "six==1.17.0"),
        ("uv pip sync all.txt", f"{EXACT}-r other.txt"),
        ("uv pip sync all.txt", EXACT.replace("six @", "seven @")),
        ("uv pip sync --reinstall all.txt", EXACT),
        ("uv pip sync none.txt", EXACT),
        ("uv pip sync all.txt more.txt", EXACT),
    ],
)
def test_nobody_is_told_of_other_requirements(line: str, text: str) -> None:
    with pytest.raises(Unrelated):
        order(line, certain=False, all_txt=text)


@pytest.mark.parametrize(
    ("line", "text", "reason"),
    [
        ("uv pip sync all.txt", HASHED, "name no URL of a wheel: `six==1.17.0`"),
        ("uv pip sync all.txt", EXACT + HASHED, "name no URL of a wheel: `six==1.17.0`"),
        ("uv pip install --no-deps -r all.txt", EXACT, "whether they permit this Python"),
        ("uv pip install --require-hashes -r all.txt", EXACT, "resolved when it runs"),
    ],
)
def test_requirements_that_are_nearly_a_lock(line: str, text: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason) as refused:
        order(line, certain=False, all_txt=text)
    assert not isinstance(refused.value, Unrelated)
    assert refused.value.hint is not None


@pytest.mark.parametrize(("uv", "names"), [("0.9.28", []), ("0.12.2", ["six"])])
def test_the_uv_at_hand_decides_what_a_lock_means(uv: str, names: list[str]) -> None:
    installed = of_workspace().installation(make_interpreter(uv=uv))
    assert [wheel.name for wheel in installed.wheels] == names


def test_a_uv_that_reads_locks_in_a_way_of_its_own() -> None:
    with pytest.raises(Unsupported, match="groups"):
        of_workspace().installation(make_interpreter(uv="0.12.1"))


def of_workspace() -> Order:
    """An order for a member of a workspace, whose root has a group that it may inherit."""
    return order(
        "uv sync --frozen --package member --all-groups",
        pyproject_toml=ROOT,
        member_pyproject_toml=MEMBER,
        uv_lock=WORKSPACE,
    )
