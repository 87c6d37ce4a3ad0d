# syntax=uvlayers/frontend
# shape: pip and a `requirements.txt`
FROM python:3.13-slim AS base
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt
COPY --chmod=755 start.sh /usr/local/bin/
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import alpha"]
ENTRYPOINT ["start.sh"]
CMD ["python", "-V"]
