from typing import Any

import pytest
from uvlayers.errors import Unsupported
from uvlayers.python.foreign import architecture, parse_survey, translate
from uvlayers.python.interpreter import Interpreter, Libc
from uvlayers.python.tags import compatible_tags

from tests.python.facts import make_interpreter
from tests.python.surveys import PYTHON, UV, make_survey

AMD64, ARM64 = architecture("amd64"), architecture("arm64")


def translated(**changes: Any) -> Interpreter:
    return translate(make_interpreter(), make_survey(**changes), AMD64, ARM64)


def test_what_is_the_targets_own() -> None:
    twin, target = make_interpreter(), translated()
    assert (target.machine, target.markers["platform_machine"]) == ("aarch64", "aarch64")
    assert target.base_executable == twin.base_executable
    assert {**target.markers, "platform_machine": "x86_64"} == twin.markers
    expected = [tag.replace("x86_64", "aarch64") for tag in compatible_tags(twin)]
    # the older names were never promised for it
    old = ("manylinux_2_5_", "manylinux1_", "manylinux2010_", *(f"_2_{n}_" for n in range(6, 17)))
    assert list(compatible_tags(target)) == [
        tag for tag in expected if not any(each in tag for each in old)
    ]


def test_the_c_library_is_the_targets() -> None:
    found = translated(target__libc={"family": "glibc", "versions": ["2.31"]})
    assert found.libc == Libc("glibc", 2, 31)


PROGRAM = {"machine": 183, "wide": True, "little": True}
TWIN_BUILD = {"a": {"MULTIARCH": "x86_64-linux-gnu"}, "b": {"MULTIARCH": "x86_64-linux-gnu"}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # the method fails on the twin, about which the truth is known
        ({"twin__python__versions": []}, "the interpreter's version cannot be read: nothing"),
        ({"twin__python__versions": ["3.13.2", "3.13.1"]}, "cannot be read: 3.13.2, 3.13.1 for"),
        ({"twin__uv__versions": ["0.13.8"]}, "uv's version cannot be read: 0.13.8 for 0.13.9"),
        ({"twin__libc__versions": ["2.35"]}, "the version of the C library"),
        ({"twin__libc__family": "musl"}, "the version of the C library"),
        # what must be the same is not
        ({"target__same__python": "/bin/python"}, "the interpreter's place"),
        ({"target__same__pythons": {}}, "the Pythons that uv may find"),
        ({"target__same__uv": "/usr/bin/uv"}, "the place of uv"),
        ({"target__same__library": "c"}, "Python's standard library"),
        ({"target__same__installed": ["x.dist-info"]}, "what is installed"),
        ({"target__same__compared": {"/etc/uv": "directory"}}, "uv's configuration"),
        ({"target__same__accounts": {}}, "the accounts"),
        # programs of another kind, or version
        ({"target__python__machine": 62}, f"`{PYTHON}` is no program for arm64"),
        ({"target__python__wide": False}, f"`{PYTHON}` is no program for arm64"),
        ({"target__python__little": False}, f"`{PYTHON}` is no program for arm64"),
        ({"twin__python__machine": 183}, f"`{PYTHON}` is no program for amd64"),
        ({"target__uv__machine": 62}, f"`{UV}` is no program for arm64"),
        ({"target__python__versions": ["3.13.3"]}, f"the version of `{PYTHON}`"),
        ({"target__uv__versions": ["0.13.10"]}, f"the version of `{UV}`"),
        ({"target__uv__versions": []}, f"the version of `{UV}`"),
        (
            {"target__others": {"/usr/bin/python3.11": {**PROGRAM, "versions": ["3.11.3"]}}},
            "the version of `/usr/bin/python3.11`",
        ),
        # the Pythons were built in different ways
        ({"target__build": {}}, "nothing tells how"),
        ({"target__build": {"a": {}}}, "nothing tells how"),
        ({"target__build": {"a": {"Py_GIL_DISABLED": 1}}}, "differently: `MULTIARCH`"),
        (
            {"target__build": {"a": {"MULTIARCH": "aarch64-linux-gnu", "Py_GIL_DISABLED": 1}}},
            "differently: `Py_GIL_DISABLED`",
        ),
        ({"twin__build": {**TWIN_BUILD, "c": {"MULTIARCH": "x"}}}, "several Pythons"),
        # the target's own
        ({"target__vetoes": ["/x/_manylinux.py"]}, "against manylinux wheels: `/x/_manylinux.py`"),
        ({"twin__vetoes": ["/x/_manylinux.py"]}, "against manylinux wheels"),
        ({"target__libc__versions": ["2.36", "2.37"]}, "the version of the C library"),
        ({"target__libc__versions": []}, "the version of the C library"),
        ({"target__libc__versions": ["new"]}, "the version of the C library"),
    ],
)
def test_what_is_not_shown_to_be_the_same_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unsupported) as caught:
        translated(**changes)
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"arch": "i686"}, "another architecture"),
        ({"pointer_size": 32}, "a Python of 32 bits"),
        ({"uv": None}, "uv does not tell its version"),
        ({"manylinux_compatible": False}, "against manylinux wheels"),
    ],
)
def test_a_twin_that_says_otherwise(facts: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        translate(make_interpreter(**facts), make_survey(), AMD64, ARM64)


def test_architectures_that_were_never_tried() -> None:
    with pytest.raises(Unsupported, match="only amd64 and arm64"):
        architecture("riscv64")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b'{"result": "error", "message": "there is no `uv`"}', "there is no `uv`"),
        (b'{"result": "success", "twin": {}}', "expected an object in `survey.target`"),
    ],
)
def test_a_survey_that_failed(text: bytes, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        parse_survey(text)
