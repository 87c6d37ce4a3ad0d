"""Wheels made up for tests, so small that their number is all that counts."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

EPOCH = (2020, 1, 1, 0, 0, 0)
FILE_MODE, PROGRAM_MODE = 0o100644, 0o100755
UNIX = 3  # the system whose modes a zip's external attributes hold


@dataclass(frozen=True)
class Wheel:
    """A wheel and what is in it; `files` are paths as in the archive, `{info}` the dist-info."""

    name: str
    version: str = "1.0"
    files: Mapping[str, str] = field(default_factory=dict)
    requires: Sequence[str] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    # Archive paths with the executable bit.
    programs: Collection[str] = ()
    tag: str = "py3-none-any"
    purelib: bool = True
    # What Python it requires.
    python: str = ""

    @property
    def filename(self) -> str:
        return f"{self.stem}-{self.tag}.whl"

    @property
    def stem(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}"

    def content(self) -> bytes:
        """The archive; equal wheels have equal bytes."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, text in self._members().items():
                member = zipfile.ZipInfo(path, EPOCH)
                member.create_system = UNIX
                mode = PROGRAM_MODE if path in self.programs else FILE_MODE
                member.external_attr = mode << 16
                archive.writestr(member, text)
        return data.getvalue()

    def _members(self) -> dict[str, str]:
        info = f"{self.stem}.dist-info"
        module = self.name.replace("-", "_")
        files = self.files or {f"{module}/__init__.py": f'VERSION = "{self.version}"\n'}
        metadata = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}"]
        metadata += [f"Requires-Python: {self.python}"] if self.python else []
        metadata += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        described = {
            f"{info}/METADATA": "\n".join([*metadata, ""]),
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(self.purelib).lower()}\n"
            f"Tag: {self.tag}\n",
        }
        if self.scripts:
            lines = [f"{name} = {target}" for name, target in self.scripts.items()]
            described[f"{info}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines, ""])
        members = {**files, **described}
        record = "".join(f"{path},,\n" for path in (*members, f"{info}/RECORD"))
        return {**members, f"{info}/RECORD": record}
