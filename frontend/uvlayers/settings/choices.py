"""One setting out of several places: flag, then variable, then configuration, as uv ranks them.

Source: uv's `crates/uv-cli/src/{settings,options}.rs`.
"""

from dataclasses import dataclass

from uvlayers.errors import Unsupported
from uvlayers.settings.arguments import Arguments, normalized
from uvlayers.settings.configuration import Configuration
from uvlayers.settings.releases import Requirement
from uvlayers.settings.variables import Variables
from uvlayers.uv_flags import LONG


@dataclass(frozen=True, slots=True)
class Choices:
    """The places, and what a choice relies on."""

    arguments: Arguments
    variables: Variables
    configuration: Configuration
    requirement: Requirement

    def switch(self, flag: str, variable: str | None) -> bool:
        """A flag that a variable can set but not unset."""
        given = self.arguments.has(flag)
        from_variable = variable is not None and self.variables.boolean(variable)
        return given or bool(from_variable)

    def pair(
        self, flag: str, opposite: str, variable: str | None, opposite_variable: str | None
    ) -> tuple[bool, bool]:
        """Two opposed flags; either of them on the command line silences both variables."""
        on = self.variables.boolean(variable) if variable else None
        off = self.variables.boolean(opposite_variable) if opposite_variable else None
        if not (self.arguments.has(flag) or self.arguments.has(opposite)):
            return bool(on), bool(off)
        if on is not None or off is not None:
            release = "0.11.12" if on or off else "0.9.23"
            self.requirement.at_least(release, f"`--{flag}` over its variable")
        return self.arguments.has(flag), self.arguments.has(opposite)

    def three_way(
        self, flag: str, opposite: str, variable: str | None, setting: str | None
    ) -> bool | None:
        """A flag with an opposite, a variable that clap reads, and a setting."""
        given = self.arguments.has(flag)
        given_opposite = self.arguments.has(opposite)
        from_variable = self.variables.boolean(variable) if variable else None
        if given_opposite and from_variable is not None:  # whatever its value
            raise Unsupported(f"uv does not take `--{opposite}` together with `{variable}`")
        if given or from_variable:
            return True
        if given_opposite:
            return False
        return self.configuration.boolean(setting) if setting else None

    def text(self, flag: str, variable: str | None, setting: str | None) -> str | None:
        """A value that may not be empty where it is given."""
        found = self.arguments.one(flag)
        if found is None and variable is not None:
            found = self.variables.value(variable)
        if found is None and setting is not None:
            found = self.configuration.text(setting)
        permitted = LONG[flag].values
        if found == "" or (found is not None and permitted and found not in permitted):
            raise Unsupported(f"`{flag}` has an unknown value: `{found}`")
        return found

    def names(
        self, flag: str, variable: str | None = None, setting: str | None = None
    ) -> list[str]:
        """Names of projects, extras or groups: the setting's come on top of the others."""
        found = self.arguments.many(flag)
        if not found and variable is not None:
            found = self.variables.words(variable)
        configured = self.configuration.strings(setting) if setting else ()
        return normalized((*found, *configured), f"--{flag}")
