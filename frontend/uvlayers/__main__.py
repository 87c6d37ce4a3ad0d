"""The frontend's process: BuildKit on stdin and stdout, the build between them, one answer."""

import os
import sys

from uvlayers.gateway.stdio import take_over_stdio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from uvlayers.gateway.client import Gateway


_TURN = 0.0005  # seconds; while one thread computes, others wait ten times as long by default


def main() -> None:
    """Answer one build request, then exit; a traceback on stderr means that no answer was taken."""
    pipes = take_over_stdio()
    sys.setswitchinterval(_TURN)
    from uvlayers.gateway.client import connect

    with connect(*pipes) as gateway:
        answer(gateway)
        sys.stdout.flush()
        sys.stderr.flush()
        # The answer has been taken, so nothing is left to be sent, and the connection must end with
        # the process: a daemon that sees it end before kills us, and with us the result that it has
        # (`frontend grpc server closed unexpectedly`, BuildKit `frontend/gateway/gateway.go`).
        os._exit(0)


def answer(gateway: "Gateway") -> None:
    """Return a result or an error; that of a broken import as well."""
    from uvlayers.gateway.errors import status_of

    try:
        from uvlayers.build import build
        from uvlayers.options import Options

        options = Options.from_environ(os.environ, len(os.sched_getaffinity(0)))
        gateway.return_result(build(gateway, options))
    except Exception as error:  # noqa: BLE001 - whatever it is, the user must see it
        gateway.return_error(status_of(error))


if __name__ == "__main__":
    main()
