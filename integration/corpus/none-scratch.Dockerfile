# syntax=uvlayers/frontend
# shape: one file, from scratch
FROM scratch
COPY data /data
LABEL only=data
