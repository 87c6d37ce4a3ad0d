# syntax=uvlayers/frontend
# shape: `pip install uv && uv sync`
FROM python:3.13-slim
WORKDIR /app
COPY . .
# uvlayers: layers
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9 && uv sync --frozen
