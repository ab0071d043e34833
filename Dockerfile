# One image for web, worker, beat and migrations; docker-compose.yml says which is which.

# ── packages, exactly as locked ──────────────────────────────────────────────────────────────
FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_PROJECT_ENVIRONMENT=/venv \
    UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /office
COPY changeoffice/runtime/uv-version.txt /tmp/
RUN pip install -r /tmp/uv-version.txt
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups

# ── browser files, built with the Node of a wheel ────────────────────────────────────────────
FROM packages AS static
RUN UV_PROJECT_ENVIRONMENT=/build-venv uv sync --frozen --no-default-groups --group embedded
COPY . .
RUN /build-venv/bin/python -m changeoffice.runtime.browser_files
# Values to satisfy production's checks while files are collected; nothing of them is kept.
RUN SECRET_KEY=for-collecting-files-only-and-thrown-away-with-this-build-step \
    ALLOWED_HOSTS=build.example SITE_URL=https://build.example \
    EMAIL_URL=smtp://build.example:25 STATIC_ROOT=/collected \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0

# ── what runs ────────────────────────────────────────────────────────────────────────────────
FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/collected CHANGEOFFICE_DATA=/data
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin office \
    && install -d -o office -g office -m 0700 /data /data/beat
WORKDIR /office
COPY --from=packages /venv /venv
COPY --from=static /collected /collected
COPY . .
USER office
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "changeoffice.config.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "3", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-", \
     "--access-logformat", "%(h)s %(t)s %(m)s %(U)s %(s)s %(b)s %(M)sms \"%(a)s\""]
