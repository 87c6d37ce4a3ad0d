"""The one error of the guest: a wheel, or a request, that is not to be installed."""


class Refusal(Exception):
    """One clear sentence."""


class RefusedWheel(Refusal):
    """One that names the wheel."""


def cannot_install(archive: str, error: Exception) -> RefusedWheel:
    """Why a wheel is refused, with its file name in front."""
    if isinstance(error, RefusedWheel):
        return error
    return RefusedWheel(f"cannot install `{archive.rpartition('/')[2]}`: {error}")
