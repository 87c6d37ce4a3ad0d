# syntax=uvlayers/frontend
# shape: `python -m uv sync`
FROM python:3.13-slim
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
WORKDIR /app
COPY . .
# uvlayers: as written: uv is started by another program: `python`
RUN python -m uv sync --frozen
