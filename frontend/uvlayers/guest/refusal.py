"""The one error of the guest: a wheel, or a request, that is not to be installed."""


class Refusal(Exception):
    """One clear sentence, without the wheel's name: the entry point puts that in front."""
