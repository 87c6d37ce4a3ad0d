# syntax=uvlayers/frontend
# shape: two Pythons, `.python-version` and `--python` choose
FROM uvlayers-test/debian-python:trixie
COPY --from=python:3.13-slim /usr/local /usr/local
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV LD_LIBRARY_PATH=/usr/local/lib
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --project backend --python /usr/bin/python3
COPY <<EOF worker/.python-version
3.13
EOF
# uvlayers: layers
RUN uv sync --frozen --project worker
