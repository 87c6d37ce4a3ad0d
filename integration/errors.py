"""What is said when the machine cannot be set up."""


class SetupError(Exception):
    """One clear error, with a hint on what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message if not hint else f"{message}\n\nhint: {hint}")
        self.message = message
        self.hint = hint
