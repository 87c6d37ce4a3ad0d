# syntax=uvlayers/frontend
# shape: LABEL, VOLUME, EXPOSE, HEALTHCHECK, STOPSIGNAL, ONBUILD, ENTRYPOINT, `ARG` before `FROM`
# build: --build-arg VERSION=7 --label added=1
# run: -V
ARG PYTHON=python:3.13-slim
ARG VERSION=1
FROM ${PYTHON}
ARG VERSION
LABEL org.opencontainers.image.version=$VERSION first="a b"
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev
ENV VERSION=$VERSION PATH=/app/.venv/bin:$PATH
VOLUME ["/data", "/var/lib/shop"]
EXPOSE 8000 53/udp
HEALTHCHECK --interval=5s --retries=2 CMD shop
STOPSIGNAL SIGQUIT
ONBUILD COPY . /app
ONBUILD RUN uv sync --locked
USER 1000
ENTRYPOINT ["python"]
CMD ["-c", "import shop"]
