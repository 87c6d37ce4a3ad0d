# syntax=uvlayers/frontend
# shape: `uv export -o R && uv pip install -r R`
# run: python -c 'import alpha, gamma'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv export --quiet --frozen --no-emit-project -o requirements.txt && \
    uv pip install --system -r requirements.txt
