# syntax=uvlayers/frontend
# shape: COPY, ADD and RUN into the environment after it was made
# run: .venv/bin/python -c 'import local, alpha; print(alpha.CHANGED)'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
COPY requirements.txt .venv/lib/python3.13/site-packages/local/__init__.txt
RUN cd .venv/lib/python3.13/site-packages && echo "" > local/__init__.py && \
    echo 'CHANGED = True' >> alpha/__init__.py && rm -r beta beta-1.0.dist-info
ADD static.tar .venv/share/
RUN chmod 700 .venv
