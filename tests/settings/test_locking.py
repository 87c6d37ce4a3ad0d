"""What the command says about the lock."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.request import LockMode

from tests.settings.project import PYPROJECT, request, with_tool


class TestMode:
    @pytest.mark.parametrize(
        ("arguments", "env", "mode"),
        [
            ([], {}, LockMode.UPDATE),
            (["--locked"], {}, LockMode.LOCKED),
            (["--frozen"], {}, LockMode.FROZEN),
            ([], {"UV_LOCKED": "1"}, LockMode.LOCKED),
            ([], {"UV_FROZEN": "true"}, LockMode.FROZEN),
            ([], {"UV_FROZEN": "0"}, LockMode.UPDATE),
            (["--no-frozen"], {"UV_FROZEN": "1"}, LockMode.UPDATE),
            (["--no-locked"], {"UV_LOCKED": "1", "UV_FROZEN": "1"}, LockMode.FROZEN),
            (["--locked"], {"UV_FROZEN": "1"}, LockMode.LOCKED),
            (["--frozen"], {"UV_LOCKED": "1"}, LockMode.FROZEN),
        ],
    )
    def test_mode(self, arguments: list[str], env: dict[str, str], mode: LockMode) -> None:
        assert request(*arguments, env=env).lock_mode is mode

    def test_contradiction(self) -> None:
        with pytest.raises(Unsupported, match="both set"):
            request(env={"UV_LOCKED": "1", "UV_FROZEN": "1"})

    def test_releases(self) -> None:
        assert request("--locked", env={"UV_FROZEN": "1"}).oldest_uv >= (0, 13)
        assert request("--locked", env={"UV_FROZEN": "0"}).oldest_uv == (0, 9, 23)


class TestResolution:
    def test_nothing_is_set(self) -> None:
        assert request().workspace.settings == {}

    def test_frozen_does_not_resolve(self) -> None:
        assert request("--frozen", "--resolution=lowest").workspace.settings == {}

    @pytest.mark.parametrize(
        ("arguments", "settings", "env", "expected"),
        [
            (["--resolution=lowest"], "resolution = 'highest'", {}, {"resolution": "lowest"}),
            ([], "resolution = 'lowest'", {}, {"resolution": "lowest"}),
            ([], "", {"UV_PRERELEASE": "allow"}, {"prerelease": "allow"}),
            (["--pre"], "", {}, {"prerelease": "allow"}),
            ([], "", {"UV_FORK_STRATEGY": "fewest"}, {"fork-strategy": "fewest"}),
            ([], "exclude-newer = '2024-01-01'", {}, {"exclude-newer": "2024-01-01"}),
            (
                [],
                "exclude-newer = '2024-01-01'",
                {"UV_EXCLUDE_NEWER": "2025-01-01"},
                {"exclude-newer": "2025-01-01"},
            ),
            (
                ["--exclude-newer-package", "a=2024-01-01"],
                "exclude-newer-package = {a = '2023-01-01', b = '2022-01-01'}",
                {},
                {"exclude-newer-package": {"a": "2024-01-01", "b": "2022-01-01"}},
            ),
            (["--no-sources"], "", {}, {"no-sources": True}),
            ([], "", {"UV_NO_SOURCES": "1"}, {"no-sources": True}),
            ([], "no-sources = false", {}, {"no-sources": False}),
            ([], "no-sources-package = ['a']", {}, {"no-sources-package": ["a"]}),
            (["--index", "https://a"], "", {}, {"index": [{"url": "https://a"}]}),
            (
                ["--index", "n=https://a https://b", "--default-index", "https://c"],
                "",
                {},
                {
                    "index": [
                        {"url": "https://c", "default": True},
                        {"name": "n", "url": "https://a"},
                        {"url": "https://b"},
                    ]
                },
            ),
            (
                [],
                "[[tool.uv.index]]\nurl = 'https://x'",
                {"UV_INDEX": "https://y", "UV_DEFAULT_INDEX": ""},
                {"index": [{"url": "https://y"}, {"url": "https://x"}]},
            ),
            (["--index-url", "https://a"], "", {}, {"index-url": "https://a"}),
            ([], "index-url = 'https://a'", {}, {"index-url": "https://a"}),
            (
                ["--extra-index-url", "https://a"],
                "extra-index-url = ['https://b']",
                {"UV_EXTRA_INDEX_URL": "https://c"},
                {"extra-index-url": ["https://a", "https://b"]},
            ),
            ([], "", {"UV_FIND_LINKS": "a,b"}, {"find-links": ["a", "b"]}),
            ([], "torch-backend = 'cpu'", {}, {"torch-backend": "cpu"}),
            ([], "constraint-dependencies = ['a<1']", {}, {}),
        ],
    )
    def test_settings(
        self,
        arguments: list[str],
        settings: str,
        env: dict[str, str],
        expected: dict[str, object],
    ) -> None:
        found = request(*arguments, files=with_tool(settings), env=env)
        assert found.workspace.settings == expected

    def test_several_files(self) -> None:
        files = {
            "/app/uv.toml": "exclude-newer = '2024-01-01'\nconstraint-dependencies = ['a<1']",
            "/root/.config/uv/uv.toml": "exclude-newer = '2023-01-01'\ndependency-metadata = []",
        }
        assert request(files=files).workspace.settings == {
            "constraint-dependencies": ["a<1"],
            "dependency-metadata": [],
            "exclude-newer": "2024-01-01",
        }


def test_workspace() -> None:
    files = {
        "/app/pyproject.toml": PYPROJECT + "[tool.uv.workspace]\nmembers = ['libs/*']\n",
        "/app/libs/a/pyproject.toml": "[project]\nname = 'a'\n",
    }
    workspace = request(files=files, cwd="/app/libs/a").workspace
    assert workspace.root["project"] == {
        "name": "App.Name",
        "version": "0",
        "requires-python": ">=3.11",
        "optional-dependencies": {"fast": []},
    }
    assert workspace.members == {"libs/a": {"project": {"name": "a"}}}
