"""The build from beginning to end: delegate, find, take over, splice, solve, return."""

from importlib import import_module
from threading import Thread

from uvlayers.dockerfile.delegate import delegation
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.result import Result
from uvlayers.options import Options


def build(gateway: Gateway, options: Options) -> Result:
    """Build what `options` ask for.

    A Dockerfile without `uv sync`, a subrequest, and a build with UVLAYERS=off return just what
    the Dockerfile frontend returned. Raises UvlayersErrors, of the daemon and of our own.
    """
    if options.subrequest is not None or not options.enabled:
        return _delegate(gateway, options)
    # The larger part of our own code is imported while the daemon reads the Dockerfile.
    Thread(target=import_module, args=("uvlayers.rewrite",), daemon=True).start()
    result = _delegate(gateway, options)
    from uvlayers.rewrite import rewrite

    return rewrite(result, gateway, options)


def _delegate(gateway: Gateway, options: Options) -> Result:
    """The user's Dockerfile as the Dockerfile frontend understands it; nothing runs."""
    delegated = delegation(options)
    return gateway.solve(
        frontend=delegated.frontend,
        opts=delegated.opts,
        inputs=gateway.inputs(),
        cache_imports=options.cache_imports,
    )
