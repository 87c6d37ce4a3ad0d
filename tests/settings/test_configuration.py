"""Configuration files: where they are, who wins, what is let through."""

import pytest
from uvlayers.errors import Unsupported
from uvlayers.settings.configuration import (
    BOOLEANS,
    ELSEWHERE,
    HARMLESS,
    HARMLESS_BOOLEANS,
    HARMLESS_LISTS,
    HARMLESS_TEXTS,
    LISTS,
    LOCK_ONLY,
    PROJECT_ONLY,
    PYTHON,
    REFUSED,
    TEXTS,
    Configuration,
    python_settings,
    read_configuration,
    user_directory,
)
from uvlayers.settings.documents import Documents
from uvlayers.settings.releases import Requirement
from uvlayers.settings.variables import Variables

from tests.settings.uv import MemoryFiles


def read(
    files: dict[str, str],
    start: str = "/app",
    *,
    file: str | None = None,
    disabled: bool = False,
    env: dict[str, str] | None = None,
) -> Configuration:
    variables = Variables({"HOME": "/root", **(env or {})}, (), Requirement())
    documents = Documents(MemoryFiles(files))
    return read_configuration(
        documents, start, variables, cwd="/work", file=file, disabled=disabled
    )


class TestPlaces:
    @pytest.mark.parametrize(
        ("files", "found"),
        [
            (["/app/uv.toml", "/app/pyproject.toml"], "/app/uv.toml"),
            (["/app/pyproject.toml", "/uv.toml"], "/app/pyproject.toml"),
            (["/uv.toml"], "/uv.toml"),
            (["/pyproject.toml"], "/pyproject.toml"),
            (["/root/.config/uv/uv.toml"], "/root/.config/uv/uv.toml"),
            (["/etc/xdg/uv/uv.toml", "/etc/uv/uv.toml"], "/etc/xdg/uv/uv.toml"),
            (["/etc/uv/uv.toml"], "/etc/uv/uv.toml"),
        ],
    )
    def test_first(self, files: list[str], found: str) -> None:
        texts = {p: "[tool.uv]\n" if p.endswith("pyproject.toml") else "" for p in files}
        assert read(texts).paths == (found,)

    def test_pyproject_without_settings_is_passed_over(self) -> None:
        files = {"/app/pyproject.toml": "[project]\nname = 'x'", "/uv.toml": "no-cache = true"}
        assert read(files).paths == ("/uv.toml",)

    def test_all_levels(self) -> None:
        files = dict.fromkeys(["/app/uv.toml", "/root/.config/uv/uv.toml", "/etc/uv/uv.toml"], "")
        assert len(read(files).paths) == 3
        assert len(read(files, env={"UV_NO_SYSTEM_CONFIG": "1"}).paths) == 2
        assert read(files, disabled=True).paths == ()

    def test_named_file_alone_counts(self) -> None:
        files = {"/app/uv.toml": "no-build = true", "/work/x.toml": "no-binary = true"}
        found = read(files, file="x.toml")
        assert found.paths == ("/work/x.toml",)
        assert found.boolean("no-build") is None
        assert read(files, file="/work/x.toml", disabled=True).boolean("no-binary")
        with pytest.raises(Unsupported, match="no configuration file"):
            read(files, file="y.toml")

    def test_xdg(self) -> None:
        files = {"/cfg/uv/uv.toml": "", "/two/uv/uv.toml": ""}
        env = {"XDG_CONFIG_HOME": "/cfg", "XDG_CONFIG_DIRS": "/one::/two"}
        assert read(files, env=env).paths == ("/cfg/uv/uv.toml", "/two/uv/uv.toml")
        assert read(files, env={"XDG_CONFIG_HOME": "cfg"}).paths == ()
        with pytest.raises(Unsupported, match="relative path"):
            read(files, env={"XDG_CONFIG_DIRS": "etc"})

    def test_home_must_be_known(self) -> None:
        with pytest.raises(Unsupported, match="home directory"):
            user_directory(Variables({}, (), Requirement()))


class TestMerging:
    def test_scalars_and_lists(self) -> None:
        project = "no-build = false\nno-build-package = ['a']\nlink-mode = 'copy'"
        user = "no-build = true\nno-binary = true\nno-build-package = ['b']\nlink-mode = 'clone'"
        found = read({"/app/uv.toml": project, "/root/.config/uv/uv.toml": user})
        assert found.boolean("no-build") is False
        assert found.boolean("no-binary") is True
        assert found.strings("no-build-package") == ("a", "b")
        assert found.text("link-mode") == "copy"
        assert found.text("resolution") is None

    def test_python(self) -> None:
        project = "python-preference = 'system'\npython-install-mirror = 'https://m.example'"
        found = read({"/app/uv.toml": project})
        assert python_settings(found) == {
            "python-install-mirror": "https://m.example",
            "python-preference": "system",
        }


class TestBadFiles:
    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"/app/uv.toml": "x ="}, "`/app/uv.toml` is not valid TOML"),
            ({"/app/uv.toml": f"x = {'9' * 5000}"}, "`/app/uv.toml` is not valid TOML"),
            ({"/app/pyproject.toml": "[tool]\nuv = 1"}, "`tool.uv` is not a table"),
            ({"/app/pyproject.toml": "tool = 1"}, "`tool.uv` is not a table"),
            ({"/app/uv.toml": "no-build = 'yes'"}, "`no-build` is not a boolean"),
            ({"/app/uv.toml": "link-mode = true"}, "`link-mode` is not a string"),
            ({"/app/uv.toml": "native-tls = 'yes'"}, "`native-tls` is not a boolean"),
            ({"/app/uv.toml": "https-proxy = 1"}, "`https-proxy` is not a string"),
            ({"/app/uv.toml": "allow-insecure-host = 'x'"}, "is not a list"),
            ({"/app/uv.toml": "no-build-package = 'x'"}, "is not a list"),
            ({"/app/uv.toml": "no-build-package = [1]"}, "is not a list of strings"),
            ({"/app/uv.toml": "[workspace]"}, "uv does not allow `workspace`"),
            ({"/app/uv.toml": "audit = 1"}, "`audit` is not a table"),
            ({"/app/uv.toml": "x = " + "[" * 2000}, "/app/uv.toml"),
        ],
    )
    def test_refused(self, files: dict[str, str], message: str) -> None:
        with pytest.raises(Unsupported) as error:
            read(files)
        assert message in error.value.message

    def test_not_text(self) -> None:
        class Bytes(MemoryFiles):
            def read(self, path: str) -> bytes | None:
                return b"\xff" if path == "/app/uv.toml" else None

        with pytest.raises(Unsupported, match="not UTF-8"):
            Documents(Bytes({})).table("/app/uv.toml")


class TestTables:
    def test_each_key_is_known_once(self) -> None:
        tables = [BOOLEANS | LISTS | TEXTS, LOCK_ONLY, PROJECT_ONLY, frozenset(HARMLESS)]
        names = [name for table in tables for name in table]
        assert len(names) == len(set(names))
        assert PYTHON <= TEXTS | ELSEWHERE
        assert HARMLESS.keys() >= HARMLESS_BOOLEANS | HARMLESS_LISTS | HARMLESS_TEXTS
        assert REFUSED.keys() <= BOOLEANS | LISTS
