from collections.abc import Mapping

import pytest
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.settings.building import Building
from uvlayers.settings.resolve import resolve


class Texts:
    """`settings.Files` over texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def read(self, path: str) -> bytes | None:
        text = self._texts.get(path)
        return None if text is None else text.encode()

    def list(self, path: str) -> tuple[str, ...] | None:
        inside = [p.removeprefix(f"{path}/") for p in self._texts if p.startswith(f"{path}/")]
        return tuple(name for name in inside if "/" not in name) or None


def building(
    settings: str = "",
    words: str = "",
    environment: Mapping[str, str] | None = None,
    **files: str,
) -> Building:
    """How `uv sync` with `words` builds in /app, whose [tool.uv] holds `settings`."""
    project = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\n'
    texts = {"/app/pyproject.toml": f"{project}[tool.uv]\n{settings}\n"}
    texts |= {f"/app/{name}.toml": text for name, text in files.items()}
    command = SyncCommand(
        argv=("uv", "sync", *words.split()),
        environment={"HOME": "/root", "PATH": "/bin", **(environment or {})},
        cwd="/app",
        alone=True,
        span=None,
    )
    return resolve(command, Texts(texts)).building


def test_nothing_said() -> None:
    assert building() == Building()


def test_settings_that_bear_on_builds_are_kept() -> None:
    found = building(
        'no-binary-package = ["a"]\ncompile-bytecode = true\nindex-strategy = "first-index"'
    )
    assert found.settings == ('"index-strategy" = "first-index"', '"no-binary-package" = ["a"]')
    assert not found.alone


def test_tables_are_kept() -> None:
    index = '[[tool.uv.index]]\nname = "i"\nurl = "https://i.example/simple"\n'
    assert building(index).settings == (
        '"index" = [{ "name" = "i", "url" = "https://i.example/simple" }]',
    )


def test_a_uv_toml_is_the_projects_own() -> None:
    found = building('index-strategy = "first-index"', uv='index-strategy = "unsafe-best-match"')
    assert found.settings == ('"index-strategy" = "unsafe-best-match"',)


def test_a_named_configuration_file_is_the_only_one() -> None:
    found = building(words="--config-file other.toml", other='index-strategy = "unsafe-best-match"')
    assert (found.settings, found.alone) == (('"index-strategy" = "unsafe-best-match"',), True)


def test_no_configuration_at_all() -> None:
    found = building('index-strategy = "first-index"', "--no-config")
    assert (found.settings, found.flags) == ((), ("--no-config",))


def test_flags_that_bear_on_builds_are_passed() -> None:
    words = "--frozen --no-dev --no-build-package a --config-setting=k=v -C l=w --no-binary"
    assert building(words=words).flags == (
        "--config-setting=k=v",
        "--config-setting=l=w",
        "--no-build-package=a",
        "--no-binary",
    )


def test_no_sources_becomes_a_setting() -> None:
    words = "--no-sources --no-sources-package=a"
    found = building('no-sources-package = ["b"]', words)
    assert found.settings == ('"no-sources-package" = ["a", "b"]', '"no-sources" = true')
    assert found.flags == ()


@pytest.mark.parametrize(
    ("settings", "words", "environment"),
    [
        ("", "--no-cache", {}),
        ("no-cache = true", "", {}),
        ("", "", {"UV_NO_CACHE": "1"}),
    ],
)
def test_no_cache(settings: str, words: str, environment: Mapping[str, str]) -> None:
    assert building(settings, words, environment).no_cache


@pytest.mark.parametrize(
    ("settings", "words", "environment"),
    [
        ("require-build-hashes = true", "", {}),
        ("", "--require-build-hashes", {}),
        ("", "", {"UV_REQUIRE_BUILD_HASHES": "true"}),
    ],
)
def test_hashes_of_the_whole_lock(
    settings: str, words: str, environment: Mapping[str, str]
) -> None:
    assert "require-build-hashes" in building(settings, words, environment).refusal


def test_the_flag_goes_before_the_setting() -> None:
    found = building("require-build-hashes = true", "--no-require-build-hashes")
    assert found.refusal == ""


@pytest.mark.parametrize(
    ("settings", "words", "environment"),
    [
        ('find-links = ["links"]', "--frozen", {}),
        ('find-links = ["./links"]', "--frozen", {}),
        ('find-links = ["links/more"]', "--frozen", {}),
        ('find-links = ["file:links"]', "--frozen", {}),
        ('find-links = ["/app/links"]', "--frozen", {}),
        ('[[tool.uv.index]]\nurl = "file:///app/index"', "--frozen", {}),
        ('[[tool.uv.index]]\nurl = "index"', "--frozen", {}),
        ("", "--frozen --index=local=../index", {}),
        ("", "--frozen --index=index", {}),
        ("", "--frozen --config-setting=file=/app/x.ini", {}),
        ("", "--frozen", {"UV_FIND_LINKS": "https://l.example/,links/more"}),
        ("", "--frozen", {"UV_INDEX": "https://i.example/simple file:///app"}),
        ("[tool.uv.config-settings]\nkey = ['a', './b']", "--frozen", {}),
    ],
)
def test_local_files(settings: str, words: str, environment: Mapping[str, str]) -> None:
    assert "files of the project" in building(settings, words, environment).refusal


@pytest.mark.parametrize(
    ("settings", "words", "environment"),
    [
        ('find-links = ["https://l.example/links"]', "--frozen", {}),
        ('find-links = ["/opt/links", "file:///application/links"]', "--frozen", {}),
        ("", "--frozen --index=named=https://i.example/simple", {}),
        ("", "--frozen", {"UV_INDEX_URL": "https://i.example/simple"}),
        ("[tool.uv.config-settings]\nkey = 'value'\nflag = true", "--frozen", {}),
    ],
)
def test_no_local_files(settings: str, words: str, environment: Mapping[str, str]) -> None:
    assert building(settings, words, environment).refusal == ""


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ('a = ["x>=1"]', ""),
        ('a = [{ requirement = "x", match-runtime = false }]', ""),
        ('a = [{ requirement = "x", match-runtime = true }]', "are to match the lock"),
        ('a = ["Y.z[extra] > 1"]', "a source of their own"),
        ('a = [{ requirement = "y-z" }]', "a source of their own"),
    ],
)
def test_extra_build_dependencies(settings: str, refusal: str) -> None:
    sources = '[tool.uv.sources]\n"y-z" = { git = "https://g.example/r" }'
    found = building(f"[tool.uv.extra-build-dependencies]\n{settings}\n{sources}")
    assert refusal in found.refusal
    assert bool(found.refusal) == bool(refusal)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('[[tool.uv.index]]\nurl = "https://me:secret@i.example/simple"', ""),
        ('extra-index-url = ["https://token@i.example/simple"]', ""),
        ('http-proxy = "http://me:secret@proxy.example"', ""),
        ("", "--index i=https://me:secret@i.example/simple"),
        ('index-url = "https://me:it\'s@i.example/simple"', ""),
        ('find-links = ["ssh://me:secret@i.example/links"]', ""),
        ('https-proxy = "me:secret@proxy.example:80"', ""),
    ],
)
def test_credentials_are_not_handed_to_the_builder(settings: str, words: str) -> None:
    assert "credentials" in building(settings, words).refusal


@pytest.mark.parametrize(
    "settings",
    [
        'extra-build-dependencies = ["a"]',
        "extra-build-dependencies = { a = 1 }",
        "extra-build-dependencies = { a = [1] }",
        'index = "https://i.example/simple"',
        'index = ["https://i.example/simple"]',
    ],
)
def test_settings_that_uv_refuses(settings: str) -> None:
    assert "not" in building(settings).refusal
