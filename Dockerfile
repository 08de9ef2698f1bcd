# syntax=docker/dockerfile:1

# --- Dependencies, texts and static files, built where compilers and caches may stay behind ----------------------
FROM python:3.13-slim AS build

ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH

WORKDIR /srv/costory
COPY requirements.txt .
RUN pip install --quiet --require-hashes -r requirements.txt

COPY . .
# The key signs nothing here: collectstatic only needs the settings to load as in production.
RUN python -m scripts.compile_messages \
    && SECRET_KEY=build-time-only python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q accounts billing coaching costory events social stories

# --- What runs ---------------------------------------------------------------------------------------------------
FROM python:3.13-slim

# For words that the fonts of the Python package typst lack, in PDFs and pictures: Arabic and other letters, emoji.
# Chinese, Japanese and Korean take 90 MB more: fonts-noto-cjk.
RUN apt-get update -qq \
    && apt-get install -qq --no-install-recommends --yes fonts-dejavu-core fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/*

RUN groupadd --gid 10001 costory \
    && useradd --uid 10001 --gid costory --no-create-home --home-dir /srv/costory --shell /usr/sbin/nologin costory \
    && install -d -o costory -g costory /srv/costory/media

ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_CONCURRENCY=2
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/costory /srv/costory

WORKDIR /srv/costory
USER costory
EXPOSE 8000
VOLUME /srv/costory/media

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "deploy/healthcheck.py"]

# SIGTERM lets running replies end for 20 seconds; what is cut after that, the next start sweeps.
STOPSIGNAL SIGTERM
CMD ["uvicorn", "costory.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"]
