# syntax=uvlayers/frontend
# shape: an environment below a symbolic link
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN mkdir /srv/app && ln -s /srv/app /app
WORKDIR /app
COPY . .
# uvlayers: as written: the environment's path goes through a symbolic link: `/app`
RUN uv sync --frozen
