# syntax=uvlayers/frontend
# shape: an image without Python, and uv may not download one
FROM uvlayers-test/debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY . .
# uvlayers: as written: uv finds no Python that is there already
# uvlayers: fails
RUN uv sync --locked
