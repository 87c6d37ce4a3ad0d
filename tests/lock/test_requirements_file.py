import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.errors import LockError
from uvlayers.lock.model import UrlSource
from uvlayers.lock.requirements_file import RequirementsFile, parse_requirements

A, B = "a" * 64, "b" * 64
URL = "https://files.example/six-1.17.0-py2.py3-none-any.whl"


def read(text: str) -> RequirementsFile:
    found = parse_requirements(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"six @ {URL}#sha256={A}",
        f"Six@{URL} --hash=sha256:{A}",
        f"six @ {URL} \\\n    --hash=sha256:{A}\n    # via app\n",
        f"# a comment\n--index-url https://index.example\nsix @ {URL}#sha256={A}  # why\n\n",
        f"--require-hashes\nsix @ {URL}#sha256={A} --hash sha256:{A}",
    ],
)
def test_a_wheel_that_is_named(text: str) -> None:
    found = read(text)
    (entry,) = found.entries
    (wheel,) = entry.package.wheels
    assert (entry.package.name, entry.package.version) == ("six", "1.17.0")
    assert entry.package.source == UrlSource(URL)
    assert wheel.hash == f"sha256:{A}"
    assert (found.unnamed, found.hashed, entry.marker) == (None, True, None)


def test_a_marker() -> None:
    text = f"six @ {URL}#sha256={A} ; python_version < '3' and os_name == 'nt'"
    (entry,) = read(text).entries
    assert entry.marker == "python_version < '3' and os_name == 'nt'"


@pytest.mark.parametrize(
    ("line", "hashed"),
    [
        (f"six==1.17.0 --hash=sha256:{A}", True),
        (f"six==1.17.0 --hash=sha256:{A} --hash=sha256:{B}", True),
        ("six==1.17.0", False),
        (f"six @ {URL}", False),
        (f"six @ {URL}#sha256={A} --hash=sha256:{B}", True),
        (f"six @ {URL}#sha256={A}&egg=six", True),
        (f"six @ {URL} --hash=sha512:{A}{B}", True),
        (f"six @ https://files.example/six-1.17.0.tar.gz#sha256={A}", True),
        (f"six[extra] @ {URL}#sha256={A}", True),
        (f"six @ file:///srv/six-1.17.0-py3-none-any.whl#sha256={A}", False),
        (URL, False),
        ("./six", False),
    ],
)
def test_what_names_no_wheel(line: str, hashed: bool) -> None:
    found = read(f"a @ {URL.replace('six', 'a')}#sha256={A}\n{line}")
    assert found.unnamed is not None
    assert line.startswith(found.unnamed)
    assert len(found.entries) == 1
    assert found.hashed is hashed or line.startswith("six[")


@pytest.mark.parametrize(
    "text",
    ["-r other.txt", "-c constraints.txt", "-e .", "--find-links x", "six==${VERSION}", "--pre"],
)
def test_files_of_another_kind(text: str) -> None:
    assert parse_requirements(f"{text}\nsix==1 --hash=sha256:{A}") is None


def test_an_empty_file() -> None:
    assert read("\n# nothing\n") == RequirementsFile((), None, hashed=False)


@pytest.mark.parametrize(
    "text",
    [
        f"seven @ {URL}#sha256={A}",
        f"six @ https://files.example/six.whl#sha256={A}",
        f"six @ {URL}#sha256={A} ; extra == 'web'",
        f"six @ {URL}#sha256={A} ; nonsense",
    ],
)
def test_what_uv_would_refuse(text: str) -> None:
    with pytest.raises(LockError):
        parse_requirements(text)


@given(
    st.lists(
        st.sampled_from(
            (
                f"six @ {URL}",
                f"#sha256={A}",
                f" --hash=sha256:{A}",
                " \\\n",
                "\n",
                "==1",
                " # ",
                "-e",
            )
        ),
        max_size=8,
    )
)
def test_whatever_it_holds_is_read_or_refused(parts: list[str]) -> None:
    try:
        found = parse_requirements("".join(parts))
    except LockError:
        return
    for entry in () if found is None else found.entries:
        assert [wheel.hash for wheel in entry.package.wheels] == [f"sha256:{A}"]
