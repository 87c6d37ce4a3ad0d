# syntax=uvlayers/frontend
# shape: lines that docker's own linter does not like
from uvlayers-test/debian:trixie-slim as base
ENV TOKEN_SECRET abc
WORKDIR data
FROM base
EXPOSE 80/TCP
CMD echo $UNDEFINED
ENTRYPOINT sh
