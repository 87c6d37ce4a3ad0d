from uvlayers.dockerfile.delegate import Delegation, delegation
from uvlayers.options import Options


def test_options_go_on_as_they_came() -> None:
    opts = {"filename": "Dockerfile", "build-arg:A": "b", "target": "x", "cmdline": "uvlayers"}
    assert delegation(Options(opts)) == Delegation("dockerfile.v0", opts)


def test_the_builtin_frontend_does_not_call_us_again() -> None:
    assert delegation(Options({"source": "uvlayers/frontend"})) == Delegation(
        "dockerfile.v0", {"cmdline": "uvlayers"}
    )


def test_our_own_arguments_stay_here() -> None:
    opts = {"cmdline": "x", "build-arg:UVLAYERS": "on", "build-arg:UVLAYERS_LAYERS": "9"}
    opts |= {"build-arg:UVLAYERS_DEBUG": "all", "build-arg:UVLAYERS_DOCKERFILE": ""}
    theirs = {"build-arg:UVLAYERSION": "1", "build-arg:UVLAYERS_EXTRA": "x"}
    assert delegation(Options(opts | theirs)).opts == {"cmdline": "x", **theirs}


def test_another_dockerfile_frontend_can_be_asked_for() -> None:
    image = "docker/dockerfile:1.9"
    opts = {
        "cmdline": "uvlayers/frontend",
        "source": "uvlayers/frontend",
        "build-arg:UVLAYERS_DOCKERFILE": image,
        "target": "x",
    }
    assert delegation(Options(opts)) == Delegation(
        "gateway.v0", {"cmdline": image, "source": image, "target": "x"}
    )
