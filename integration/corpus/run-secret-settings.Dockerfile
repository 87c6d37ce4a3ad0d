# syntax=uvlayers/frontend
# shape: a secret mounted at `~/.config/uv/uv.toml`
# build: --secret id=settings,src=$CONTEXT/uv-settings.toml
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: only the command itself can see `/root/.config/uv/uv.toml`: it is in a mount
RUN --mount=type=secret,id=settings,target=/root/.config/uv/uv.toml uv sync --frozen
