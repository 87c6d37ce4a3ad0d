"""A damaged or hostile archive is read or refused: nothing else comes out of it."""

import random
import struct
from pathlib import Path

import pytest
from uvlayers.guest.archive import Archive
from uvlayers.guest.refusal import Refusal

from tests.guest.wheels import Member, Peculiar

ROUNDS = 400
SIGNATURES = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\7\10", b"PK\6\6", b"PK\6\7")
NUMBERS = (0, 1, 0xFFFF, 0xFFFFFFFF, 0x80000000, 46, 30)


def damage(data: bytes, chance: random.Random) -> bytes:
    """One small change, more often than not in one of the archive's own records."""
    changed = bytearray(data)
    marks = [at for sign in SIGNATURES for at in find_all(data, sign)]
    at = chance.choice(marks) + chance.randrange(46) if chance.random() < 0.7 else 0
    at = min(at or chance.randrange(len(data)), len(data) - 4)
    match chance.randrange(4):
        case 0:
            changed[at] = chance.randrange(256)
        case 1:
            struct.pack_into("<L", changed, at, chance.choice(NUMBERS))
        case 2:
            del changed[at : at + chance.randrange(9)]
        case _:
            changed[at:at] = chance.randbytes(chance.randrange(9))
    return bytes(changed)


def find_all(data: bytes, sign: bytes) -> list[int]:
    found = [at for at in range(len(data)) if data.startswith(sign, at)]
    return found or [0]


@pytest.mark.parametrize("streamed", [False, True])
def test_damaged_archives(tmp_path: Path, streamed: bool) -> None:
    members = (Member("a.py", "x" * 300), Member("b/"), Member("b/ü.py", "y" * 9))
    path = Peculiar(members, streamed=streamed).write(tmp_path)
    sound = path.read_bytes()
    refused = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        data = sound
        for _ in range(chance.randrange(1, 4)):
            data = damage(data, chance)
        path.write_bytes(data)
        try:
            archive = Archive(str(path))
            for entry in archive.entries:
                if not entry.is_directory:
                    assert len(archive.read(entry)) == entry.size
            archive.close()
        except Refusal:
            refused += 1
    assert 0 < refused < ROUNDS
