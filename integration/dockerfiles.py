"""Dockerfiles that must work as they are, and the images that they name."""

from collections.abc import Mapping

from integration.recipes import PYTHON, UV

# uv's guide for Docker recommends these steps: dependencies first, then the project.
RECOMMENDED = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project
COPY . /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync --locked
ENV PATH="/app/.venv/bin:$PATH"
CMD ["shop"]
"""

# A user's own, character for character: installed into the system's prefix, one RUN for the
# dependencies and one for the project.
IN_PLACE = """\
FROM python:3.12.8-slim-bookworm

ENV UV_COMPILE_BYTECODE=1
ENV PYTHONUNBUFFERED=1
ENV UV_LINK_MODE=copy
ENV UV_PROJECT_ENVIRONMENT=/usr/local \n
WORKDIR /app

# Install the project's dependencies using the lockfile and settings
RUN --mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv \\
    --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --locked --no-install-project --no-dev


COPY pyproject.toml uv.lock ./
COPY src/ ./src
RUN --mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv \\
    uv sync --no-dev

COPY scripts/ ./scripts
COPY migrations/ ./migrations

# ENV PYTHONPATH=/app/src
# ENV PATH="/app/.venv/bin:$PATH"
RUN chmod +x ./scripts/start.sh

EXPOSE 8080

CMD ["./scripts/start.sh"]
"""

# Named contexts for every image that the Dockerfiles name.
STAND_INS: Mapping[str, str] = {
    "python:3.13-slim": PYTHON.image_ref,
    "python:3.12.8-slim-bookworm": PYTHON.image_ref,
    "ghcr.io/astral-sh/uv": UV.image_ref,
    "ghcr.io/astral-sh/uv:latest": UV.image_ref,
}
