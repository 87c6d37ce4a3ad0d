# syntax=uvlayers/frontend
# shape: programs before the sync and after it, joined by `&&`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN mkdir -p /srv/data && cp data/one.txt /srv/data/ \
    # comments and empty lines are nothing
    && uv sync --frozen --no-dev \

    && touch /srv/data/done
