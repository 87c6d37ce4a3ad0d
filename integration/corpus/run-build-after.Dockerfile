# syntax=uvlayers/frontend
# shape: `uv sync && uv build && uv pip install --system dist/*.whl`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen --no-install-project && uv build --wheel && \
    uv pip install --system --no-deps dist/*.whl && rm -r dist
CMD ["shop"]
