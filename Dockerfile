# The base image by tag, not by digest: rebuilding takes up the security fixes of Debian and Python. A site that wants the very same base
# again pins the digest that it has tested: docker build --build-arg BASE=python@sha256:...
ARG BASE=python:3.11-slim-bookworm

# Build: wheels only, so neither stage holds a compiler.
FROM ${BASE} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
WORKDIR /src

# The dependencies in a layer of their own: it stays as long as these two files do. Each file that is installed has one of the hashes there,
# so has what builds our own package, which stays in this stage.
COPY requirements.lock build-requirements.lock ./
RUN python -m venv /opt/her2-cds \
    && /opt/her2-cds/bin/pip install --require-hashes --requirement requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --requirement build-requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY cards cards
COPY fhir_mappings fhir_mappings
COPY guideline guideline
COPY service service
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/wheel . \
    && /opt/her2-cds/bin/pip install --no-deps /opt/wheel/*.whl \
    && /opt/her2-cds/bin/pip uninstall --yes pip setuptools

# Run: the environment as built and an unprivileged user, with a data folder of its own: a volume that is mounted there takes over its owner.
FROM ${BASE}

LABEL org.opencontainers.image.title="her2-cds" \
      org.opencontainers.image.description="CDS Hooks decision support for HER2-positive metastatic breast cancer" \
      org.opencontainers.image.licenses="Apache-2.0"

# The base brings its own pip, which nothing here needs.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip setuptools wheel \
    && groupadd --system --gid 10001 her2cds \
    && useradd --system --uid 10001 --gid 10001 --create-home --home-dir /var/lib/her2-cds --shell /usr/sbin/nologin her2cds \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/her2-cds/data
COPY --from=build /opt/her2-cds /opt/her2-cds

# A container is reached through its own network interface, so the service listens on all of them. Unless HER2CDS_AUTH=required it refuses
# to start like that until the operator says HER2CDS_OPEN=1, because something in front of it decides who may call. Not said here.
# The C library would give almost every thread of a worker an arena of its own, each as large as the largest chart it has seen.
ENV PATH=/opt/her2-cds/bin:$PATH \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HER2CDS_HOST=0.0.0.0 \
    HER2CDS_PORT=8000

USER 10001
WORKDIR /var/lib/her2-cds
EXPOSE 8000

# Without a proxy: the check asks this container, whatever HTTP_PROXY says.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['HER2CDS_PORT'] + '/healthz', timeout=2)"]

ENTRYPOINT ["her2-cds"]
CMD ["serve"]
