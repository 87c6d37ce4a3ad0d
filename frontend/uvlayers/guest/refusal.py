"""The one error of the guest: a wheel, or a request, that is not to be installed."""


class Refusal(Exception):
    """One clear sentence."""


class RefusedWheel(Refusal):
    """One that names the wheel."""


class SystemProgram(Refusal):
    """Of a wheel that brings a program by the name of one of the system's."""


def cannot_install(archive: str, error: Exception) -> Refusal:
    """Why a wheel is refused, with its file name in front."""
    if isinstance(error, RefusedWheel):
        return error
    kind = SystemProgram if isinstance(error, SystemProgram) else RefusedWheel
    return kind(f"cannot install `{archive.rpartition('/')[2]}`: {error}")
