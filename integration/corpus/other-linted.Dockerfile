# check=skip=JSONArgsRecommended
# syntax=uvlayers/frontend
# shape: lines that docker's own linter does not like
from python:3.13-slim as final
MAINTAINER nobody
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV KEY value
WORKDIR app
COPY . .
# uvlayers: layers
RUN uv sync --locked
CMD shop
