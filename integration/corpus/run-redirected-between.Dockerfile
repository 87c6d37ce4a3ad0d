# syntax=uvlayers/frontend
# shape: redirected commands before the sync and after it, joined by `&&`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /
COPY . /app
# uvlayers: layers
RUN cd /app && cp data/one.txt /srv/ 2>/dev/null && uv sync --frozen && cat data/one.txt > /built && touch /done
