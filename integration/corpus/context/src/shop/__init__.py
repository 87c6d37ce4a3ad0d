"""The project of the corpus."""


def main() -> None:
    """Run the program that the project installs."""
    print("shop")  # noqa: T201
