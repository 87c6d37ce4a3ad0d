# syntax=uvlayers/frontend
# shape: `UV_PROJECT_ENVIRONMENT=/usr/local`
# run: shop
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/usr/local UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
# uvlayers: layers
RUN --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-install-project --no-dev
COPY . .
# uvlayers: layers
RUN uv sync --no-dev
CMD ["shop"]
