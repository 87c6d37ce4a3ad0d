# syntax=uvlayers/frontend
# shape: `COPY <<EOF` between two syncs
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-install-project
COPY <<END /srv/built
yes
END
# uvlayers: layers
RUN uv sync --frozen
