"""Markers against independent readings of them: packaging's, and truth tables."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from uvlayers.errors import Unsupported
from uvlayers.lock.conditions import Conditions
from uvlayers.lock.environment import Environment
from uvlayers.lock.equivalence import same_marker
from uvlayers.lock.markers import parse_marker
from uvlayers.lock.versions import python_fits

from tests.lock.samples import ENVIRONMENT

VERSIONS = ("3.8", "3.9", "3.9.2", "3.10", "3.10.0", "3.12", "3.12.3", "4")
TEXTS = {
    "sys_platform": ("linux", "win32", "darwin"),
    "os_name": ("posix", "nt"),
    "platform_machine": ("x86_64", "aarch64"),
    "implementation_name": ("cpython", "pypy"),
}
NAMES = ("a", "b", "c")

versions = st.sampled_from(VERSIONS)
orders = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
texts = st.sampled_from([(key, value) for key, values in TEXTS.items() for value in values])

comparisons = st.one_of(
    st.builds("python_full_version {} '{}'".format, orders, versions),
    st.builds("'{1}' {0} python_full_version".format, orders, versions),
    st.builds("python_full_version {} '{}.*'".format, st.sampled_from(("==", "!=")), versions),
    st.builds(
        "python_version {} '{}'".format, orders, st.sampled_from(("3.8", "3.9", "3.10", "3.12"))
    ),
    st.builds(lambda op, pair: f"{pair[0]} {op} '{pair[1]}'", st.sampled_from(("==", "!=")), texts),
    st.builds(
        lambda op, pair: f"'{pair[1][:3]}' {op} {pair[0]}", st.sampled_from(("in", "not in")), texts
    ),
)


def compound(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("{} and {}".format, inner, inner),
            st.builds("{} or {}".format, inner, inner),
            inner.map("({})".format),
        ),
        max_leaves=6,
    )


markers = compound(comparisons)
extra_markers = compound(
    st.one_of(
        comparisons,
        st.builds("extra {} '{}'".format, st.sampled_from(("==", "!=")), st.sampled_from(NAMES)),
    )
)


@st.composite
def environments(draw: st.DrawFn) -> dict[str, str]:
    full = draw(st.sampled_from(("3.8.20", "3.9.0", "3.9.2", "3.9.5", "3.10.0", "3.12.3", "4.0.0")))
    chosen = {key: draw(st.sampled_from(values)) for key, values in TEXTS.items()}
    short = ".".join(full.split(".")[:2])
    return {**ENVIRONMENT, **chosen, "python_full_version": full, "python_version": short}


@given(markers, environments())
def test_packaging_reads_them_alike(marker: str, environment: Mapping[str, str]) -> None:
    ours = Environment(environment, Conditions()).holds(marker)
    assert ours is Marker(marker).evaluate(dict(environment))


@given(extra_markers, environments(), st.sets(st.sampled_from(NAMES)))
def test_extras_are_a_set(marker: str, environment: Mapping[str, str], activated: set[str]) -> None:
    plain = marker
    for name in NAMES:
        # What is true of a set of names, said about the operating system instead.
        truth = "posix" if name in activated else "none"
        plain = plain.replace(f"extra == '{name}'", f"'{truth}' == implementation_version")
        plain = plain.replace(f"extra != '{name}'", f"'{truth}' != platform_version")
    plain = plain.replace("'posix' == implementation_version", "'' in os_name")
    plain = plain.replace("'none' == implementation_version", "'' not in os_name")
    plain = plain.replace("'posix' != platform_version", "'' not in os_name")
    plain = plain.replace("'none' != platform_version", "'' in os_name")
    found = Environment(environment, Conditions())
    assert found.holds(marker, activated) is Marker(plain).evaluate(dict(environment))


@given(extra_markers, extra_markers, environments(), st.sets(st.sampled_from(NAMES)))
def test_same_markers_hold_together(
    left: str, right: str, environment: Mapping[str, str], activated: set[str]
) -> None:
    found = Environment(environment, Conditions())
    requires = ">=3.9"
    try:
        same = same_marker(parse_marker(left), parse_marker(right), requires)
    except Unsupported:
        return
    if same and python_fits(requires, environment["python_full_version"]):
        assert found.holds(left, activated) is found.holds(right, activated)


@given(extra_markers)
def test_rewriting_keeps_the_meaning(marker: str) -> None:
    parsed = parse_marker(marker)
    try:
        assert same_marker(parsed, parse_marker(f"({marker}) and ({marker})"), ">=3.8")
        assert same_marker(parsed, parse_marker(f"({marker}) or ({marker})"), ">=3.8")
        assert same_marker(parsed, parse_marker(f"  ( {marker} )  "), ">=3.8")
    except Unsupported:
        return
