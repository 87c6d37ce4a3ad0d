import tomllib

import pytest
from uvlayers.errors import Unsupported
from uvlayers.python.project import bare_project


def test_the_project_says_what_uv_asks_for() -> None:
    project = bare_project(
        name="sample",
        directory="/app",
        requires_python=">=3.12,<4",
        settings={"python-preference": "only-system", "managed": True},
    )

    assert tomllib.loads(project.pyproject) == {
        "project": {"name": "sample", "version": "0", "requires-python": ">=3.12,<4"},
        "tool": {
            "uv": {"python-preference": "only-system", "managed": True, "workspace": {}},
        },
    }
    assert tomllib.loads(project.lock) == {
        "version": 1,
        "revision": 3,
        "requires-python": ">=3.12,<4",
        "package": [{"name": "sample", "version": "0", "source": {"virtual": "."}}],
    }


def test_any_python_will_do_where_none_is_asked_for() -> None:
    project = bare_project(name="sample", directory="/app")

    assert tomllib.loads(project.pyproject)["project"] == {"name": "sample", "version": "0"}
    assert tomllib.loads(project.lock)["requires-python"] == ">=3.8"


@pytest.mark.parametrize("directory", ["/app", "/srv/app", "/srv/app/", "app"])
def test_a_nameless_root_is_called_as_its_directory(directory: str) -> None:
    project = bare_project(name=None, directory=directory)

    assert tomllib.loads(project.pyproject)["project"]["name"] == "app"
    assert tomllib.loads(project.lock)["package"][0]["name"] == "app"


@pytest.mark.parametrize("directory", ["/", "", "/My_App", "/my_app", "/my.app", "/-app", "/a--b"])
def test_a_prompt_that_no_name_gives_is_refused(directory: str) -> None:
    with pytest.raises(Unsupported, match="no project name gives the prompt"):
        bare_project(name=None, directory=directory)

    assert bare_project(name="sample", directory=directory)


def test_text_is_quoted_for_toml() -> None:
    hostile = 'a"\\\n\x7f\U0001f600'
    project = bare_project(name="sample", directory="/", settings={"cache-dir": hostile})

    assert tomllib.loads(project.pyproject)["tool"]["uv"]["cache-dir"] == hostile
