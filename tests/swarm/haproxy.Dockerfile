# HAProxy as Debian packages it, for machines that reach no registry with the image haproxy.
FROM debian:trixie-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends haproxy \
 && rm -rf /var/lib/apt/lists/*
