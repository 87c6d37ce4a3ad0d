"""The first words of the connection, said before anything that takes long is imported.

BuildKit's server (x/net/http2 `serverConn.readPreface`) gives a client ten seconds for its preface
and then ends the build; on a busy machine the import of grpc alone may take them. grpc says the
same words once more when it connects: what it must not send, and not hear, is taken out here.
"""

import socket
from collections.abc import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113, section 3.4
GREETING = PREFACE + b"\0\0\0\4\0\0\0\0\0"  # and SETTINGS without any, which must follow

_HEAD = 9  # bytes of a frame before its payload: length, type, flags, stream
_SETTINGS, _ACK = 4, 1

Read = Callable[[int], bytes]
"""At most so many bytes; none at the end."""


def read_preface(read: Read) -> None:
    """Take grpc's own preface off what it sends; its SETTINGS, which follow, are valid any time."""
    _exactly(len(PREFACE), read)


def carry_to_acknowledgement(read: Read, connection: socket.socket) -> None:
    """Carry frames to the socket until the daemon has acknowledged `GREETING`, and that frame not.

    To grpc it would be the acknowledgement of what it has sent itself, before it has been read.
    Nothing of grpc's may go out before: the daemon acknowledges at once what it has not answered
    yet (x/net/http2 `serverConn.processSettings`), and grpc would never hear of its own, without
    which it takes no frame above 16 KiB.
    """
    while len(head := _exactly(_HEAD, read)) == _HEAD:
        payload = _exactly(int.from_bytes(head[:3], "big"), read)
        if head[3] == _SETTINGS and head[4] & _ACK:
            return
        connection.sendall(head + payload)


def _exactly(size: int, read: Read) -> bytes:
    """So many bytes, fewer only where they end."""
    data = b""
    while len(data) < size and (more := read(size - len(data))):
        data += more
    return data
