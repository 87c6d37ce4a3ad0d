import pytest
from uvlayers.errors import UvlayersError
from uvlayers.options import STAGES, Options


def options(**opts: str) -> Options:
    return Options({key.replace("__", ":").replace("_", "-"): text for key, text in opts.items()})


def argument(name: str, value: str) -> Options:
    return Options({f"build-arg:{name}": value})


def test_options_come_in_the_environment() -> None:
    environ = {
        "BUILDKIT_FRONTEND_OPT_0": "build-arg:A=b=c",
        "BUILDKIT_FRONTEND_OPT_1": "no-cache=",
        "BUILDKIT_FRONTEND_OPT_2": "target",
        "PATH": "/bin",
    }
    assert Options.from_environ(environ).opts == {
        "build-arg:A": "b=c",
        "no-cache": "",
        "target": "",
    }


def test_without_options_the_dockerfile_is_rewritten() -> None:
    default = Options({})
    assert default.enabled
    assert default.subrequest is None
    assert default.layer_budget is None
    assert default.dockerfile_image is None
    assert default.cache_imports == ()


@pytest.mark.parametrize("value", ["off", "OFF", "0", "false", "no"])
def test_it_can_be_switched_off(value: str) -> None:
    assert not argument("UVLAYERS", value).enabled


@pytest.mark.parametrize("value", ["on", "On", "1", "true", "yes", ""])
def test_it_can_be_switched_on(value: str) -> None:
    assert argument("UVLAYERS", value).enabled


def test_anything_but_on_and_off_is_refused() -> None:
    with pytest.raises(UvlayersError, match="must be `on` or `off`, not `maybe`"):
        _ = argument("UVLAYERS", "maybe").enabled


def test_the_number_of_layers_is_a_number() -> None:
    assert argument("UVLAYERS_LAYERS", "30").layer_budget == 30
    assert argument("UVLAYERS_LAYERS", "").layer_budget is None
    for text in ("0", "-1", "many", "1.5", "٣", "²", "9" * 5000):
        with pytest.raises(UvlayersError, match="must be a number of layers"):
            _ = argument("UVLAYERS_LAYERS", text).layer_budget


def test_questions_and_names_are_read() -> None:
    assert options(requestid="frontend.outline").subrequest == "frontend.outline"
    assert options(requestid="").subrequest is None
    image = argument("UVLAYERS_DOCKERFILE", "docker/dockerfile:1.9").dockerfile_image
    assert image == "docker/dockerfile:1.9"


def test_caches_to_import_are_json() -> None:
    text = '[{"Type":"registry","Attrs":{"ref":"example.org/cache"}},{"Type":"local","Attrs":null}]'
    assert options(cache_imports=text).cache_imports == (
        ("registry", {"ref": "example.org/cache"}),
        ("local", {}),
    )


def test_stages_to_show_are_in_the_order_of_the_pipeline() -> None:
    assert argument("UVLAYERS_DEBUG", "llb,plan").debug == ("plan", "llb")
    assert argument("UVLAYERS_DEBUG", "all").debug == STAGES
    assert argument("UVLAYERS_DEBUG", "").debug == ()
    with pytest.raises(UvlayersError, match="must name stages, not `locks`"):
        _ = argument("UVLAYERS_DEBUG", "plan,locks").debug
