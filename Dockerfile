# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/build.txt requirements/image.txt requirements/
RUN /venv/bin/pip install --require-hashes -r requirements/build.txt -r requirements/image.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /venv/bin/pip install --no-deps --no-build-isolation . && /venv/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app bot && mkdir -p /app/data && chown bot /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY knowledge knowledge
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BOT__HEALTH__PORT=8080
# The root file system may be read-only; only the data folder is written to.
VOLUME /app/data
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["natobot", "health"]
ENTRYPOINT ["natobot"]
CMD ["run"]
