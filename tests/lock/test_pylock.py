"""What PEP 751 says, and what uv 0.8 to 0.13 make of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvlayers.errors import LockError, Unsupported
from uvlayers.lock.model import DirectorySource, GitSource, RegistrySource, UrlSource
from uvlayers.lock.pylock import packages_for, parse_pylock
from uvlayers.toml import lines

from tests.python.facts import make_interpreter

MARKERS = make_interpreter(version="3.13.2").markers
SHA256 = "0" * 64
URL = "https://files.example/six-1.17.0-py2.py3-none-any.whl"
WHEEL = {"url": URL, "hashes": {"sha256": SHA256}, "size": 11}
SIX = {"name": "six", "version": "1.17.0", "wheels": [WHEEL]}


def text(*packages: Mapping[str, object], **more: object) -> bytes:
    head = {"lock-version": "1.0", "created-by": "uv", **more, "packages": list(packages)}
    return "\n".join(lines({key: value for key, value in head.items() if value != ""})).encode()


def names(data: bytes) -> list[str]:
    return [package.name for package in packages_for(parse_pylock(data), MARKERS)]


def test_a_wheel_of_an_index() -> None:
    (six,) = packages_for(parse_pylock(text(SIX)), MARKERS)
    (wheel,) = six.wheels
    assert (six.name, six.version, six.source) == ("six", "1.17.0", RegistrySource())
    assert (wheel.filename, wheel.url) == ("six-1.17.0-py2.py3-none-any.whl", URL)
    assert (wheel.hash, wheel.size) == (f"sha256:{SHA256}", 11)


def test_keys_that_nobody_needs() -> None:
    index = {"index": "https://index.example/simple", "dependencies": [{"name": "x"}]}
    identities = [{"kind": "GitHub"}]
    data = text({**SIX, **index}, **{"attestation-identities": identities, "tool": {"a": 1}})
    assert names(data) == ["six"]


def test_a_file_name_of_its_own() -> None:
    wheel = {**WHEEL, "url": "https://files.example/a/b", "name": "six-1.17.0-py3-none-any.whl"}
    (six,) = packages_for(parse_pylock(text({**SIX, "wheels": [wheel]})), MARKERS)
    assert six.wheels[0].filename == "six-1.17.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("name", "found", "spelled"),
    [
        ("zope_a-1-py3-none-any.whl", "zope.A-1-py3-none-any.whl", "zope.A-1-py3-none-any.whl"),
        ("zope_a-1-py3-none-any.whl", "zope_a-2-py3-none-any.whl", "zope_a-1-py3-none-any.whl"),
        ("zope_a-1-py3-none-any.whl", "download", "zope_a-1-py3-none-any.whl"),
    ],
)
def test_the_address_tells_how_a_name_is_spelled(name: str, found: str, spelled: str) -> None:
    wheel = {**WHEEL, "url": f"https://files.example/{found}", "name": name}
    data = text({"name": "zope-a", "version": "1", "wheels": [wheel]})
    (package,) = packages_for(parse_pylock(data), MARKERS)
    assert package.wheels[0].filename == spelled


def test_a_path_goes_before_a_url() -> None:
    wheel = {**WHEEL, "path": "wheels/six-1.17.0-py3-none-any.whl"}
    (six,) = packages_for(parse_pylock(text({**SIX, "wheels": [wheel]})), MARKERS)
    assert six.wheels[0].url is None
    assert six.wheels[0].filename == "six-1.17.0-py3-none-any.whl"


def test_a_version_may_be_missing() -> None:
    (six,) = packages_for(parse_pylock(text({"name": "Six", "wheels": [WHEEL]})), MARKERS)
    assert (six.name, six.version) == ("six", "1.17.0")


def test_times_are_told_as_in_a_uv_lock() -> None:
    data = text(SIX).replace(b'"size" = 11', b"upload-time = 2024-12-04T18:35:26+01:00")
    (six,) = packages_for(parse_pylock(data), MARKERS)
    assert six.wheels[0].upload_time == "2024-12-04T17:35:26.000000Z"


@pytest.mark.parametrize(
    "hashes", [{}, {"sha512": "0" * 128}, {"sha256": SHA256, "md5": "0" * 32}, {"sha256": "0"}]
)
def test_only_a_sha256_can_be_held_against_a_download(hashes: dict[str, str]) -> None:
    data = text({**SIX, "wheels": [{**WHEEL, "hashes": hashes}]})
    (six,) = packages_for(parse_pylock(data), MARKERS)
    assert six.wheels[0].hash is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ({"directory": {"path": ".", "editable": True}}, DirectorySource),
        ({"vcs": {"type": "git", "url": "https://x.example", "commit-id": "a" * 40}}, GitSource),
        (
            {"archive": {"url": "https://x.example/a-1.tar.gz", "hashes": {"sha256": SHA256}}},
            UrlSource,
        ),
        ({"sdist": {"url": "https://x.example/a-1.tar.gz", "hashes": {}}}, RegistrySource),
    ],
)
def test_what_must_be_built(source: dict[str, object], kind: type) -> None:
    (package,) = packages_for(parse_pylock(text({"name": "a", **source})), MARKERS)
    assert isinstance(package.source, kind)
    assert package.wheels == ()


def test_a_wheel_at_a_url() -> None:
    data = text({"name": "six", "archive": {"url": URL, "hashes": {"sha256": SHA256}}})
    (six,) = packages_for(parse_pylock(data), MARKERS)
    assert (six.source, six.version) == (UrlSource(URL), "1.17.0")
    assert six.wheels[0].hash == f"sha256:{SHA256}"


@pytest.mark.parametrize(
    ("marker", "wanted"),
    [
        ("python_full_version >= '3.13'", True),
        ("sys_platform == 'win32'", False),
        ("sys_platform == 'linux' and python_version < '3.12'", False),
    ],
)
def test_markers(marker: str, wanted: bool) -> None:
    assert names(text({**SIX, "marker": marker})) == (["six"] if wanted else [])


def test_one_of_several_entries() -> None:
    old = {**SIX, "marker": "python_version < '3.12'"}
    assert names(text(old, {**SIX, "marker": "python_version >= '3.12'"})) == ["six"]


@pytest.mark.parametrize("marker", ["'web' in extras", "'dev' not in dependency_groups"])
def test_only_uv_judges_extras_and_groups(marker: str) -> None:
    with pytest.raises(Unsupported, match="only uv can judge"):
        names(text({**SIX, "marker": marker}))


@pytest.mark.parametrize(
    ("packages", "more", "message"),
    [
        ([SIX, SIX], {}, "several entries for one environment: `six`"),
        ([SIX], {"requires-python": ">=3.14"}, "the lock requires another Python than 3.13.2"),
        ([{**SIX, "requires-python": "<3"}], {}, "`six` requires another Python than 3.13.2: <3"),
        ([SIX], {"environments": ["sys_platform == 'win32'"]}, "other environments"),
    ],
)
def test_what_does_not_fit(
    packages: list[dict[str, Any]], more: dict[str, object], message: str
) -> None:
    with pytest.raises(LockError) as refused:
        names(text(*packages, **more))
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "not valid TOML"),
        (b"a = ", "not valid TOML"),
        (b"a = " + b"9" * 5000, "not valid TOML"),
        (text(SIX, **{"lock-version": "2.0"}), "unsupported lock-version '2.0'"),
        (text(SIX, **{"lock-version": ""}), "missing field `lock-version`"),
        (text(SIX, **{"created-by": ""}), "missing field `created-by`"),
        (b'lock-version = "1.0"\ncreated-by = "a"', "missing field `packages`"),
        (text({**SIX, "name": "-"}), "not a valid name: '-' in `packages[0].name`"),
        (text({"name": "six"}), "`six` must have wheels and an sdist, or one other source"),
        (text({**SIX, "directory": {"path": "."}}), "or one other source"),
        (text({**SIX, "version": "1.16.0"}), "is not of the locked version '1.16.0'"),
        (text({**SIX, "name": "seven"}), "is not of the package 'seven'"),
        (text({**SIX, "wheels": [{"hashes": {}}]}), "a wheel has no URL or path"),
        (text({**SIX, "wheels": [{"url": URL}]}), "missing field `hashes`"),
        (text({**SIX, "wheels": [{**WHEEL, "url": "https://x/six.whl"}]}), "wheel file name"),
        (text({**SIX, "wheels": [{**WHEEL, "upload-time": "now"}]}), "expected a date and a time"),
        (text({**SIX, "marker": "extra == 'web'"}), "invalid marker"),
        (text({**SIX, "marker": "nonsense"}), "invalid marker"),
        (text({**SIX, "requires-python": "3"}), "not a valid version specifier"),
    ],
)
def test_what_is_no_lock(data: bytes, message: str) -> None:
    with pytest.raises(LockError) as refused:
        parse_pylock(data)
    assert message in str(refused.value)


def test_wheels_of_two_versions_do_not_tell_one() -> None:
    other = {**WHEEL, "url": "https://files.example/six-1.16.0-py3-none-any.whl"}
    with pytest.raises(LockError, match="of several versions"):
        parse_pylock(text({"name": "six", "wheels": [WHEEL, other]}))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "six", "1.0", URL]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["url", "path", "hashes", "sha256", "name"]), inner)
    ),
    max_leaves=4,
)


@given(
    st.sampled_from(["lock-version", "packages", "requires-python", "environments"]) | st.none(),
    st.dictionaries(
        st.sampled_from(
            ["name", "version", "wheels", "sdist", "archive", "directory", "vcs", "marker"]
        ),
        VALUES,
    ),
    VALUES,
)
def test_whatever_it_holds_is_read_or_refused(
    key: str | None, changes: dict[str, Any], value: object
) -> None:
    """Never a wrong type deep inside, never an error of another kind."""
    package = {name: each for name, each in {**SIX, **changes}.items() if _is_toml(each)}
    more = {key: value} if key is not None and _is_toml(value) else {}
    head = {"lock-version": "1.0", "created-by": "uv", "packages": [package], **more}
    try:
        found = packages_for(parse_pylock("\n".join(lines(head)).encode()), MARKERS)
    except (LockError, Unsupported):
        return
    assert all(wheel.filename.endswith(".whl") for each in found for wheel in each.wheels)


def _is_toml(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_toml, value))
    if isinstance(value, dict):
        return all(map(_is_toml, value.values()))
    return value is not None
