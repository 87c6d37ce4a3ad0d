"""The one error of the guest: a wheel, or a request, that is not to be installed."""


class Refusal(Exception):
    """One clear sentence."""


class RefusedWheel(Refusal):
    """One that names the wheel."""


class TakenName(Refusal):
    """Of a wheel with a file whose name is taken, by one of the system's or the environment's."""


def cannot_install(archive: str, error: Exception) -> Refusal:
    """Why a wheel is refused, with its file name in front."""
    if isinstance(error, RefusedWheel):
        return error
    kind = TakenName if isinstance(error, TakenName) else RefusedWheel
    return kind(f"cannot install `{archive.rpartition('/')[2]}`: {error}")
