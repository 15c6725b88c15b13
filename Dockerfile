# One image for the API, the workers and the migrations; the command tells which:
#   python -m api | python -m workers | python -m kernel.migrate
# scripts/container-check runs these steps on a machine without a container engine.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements/app.txt ./
RUN python -m venv /opt/rapport
RUN /opt/rapport/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps -r app.txt
RUN mkdir /data

FROM python:3.11-slim
ENV PATH=/opt/rapport/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RAPPORT_ENV=production \
    RAPPORT_HOST=0.0.0.0 \
    RAPPORT_DATA=/data
COPY --from=build /opt/rapport /opt/rapport
COPY --from=build --chown=10001:10001 /data /data
WORKDIR /app
COPY . .
RUN python -m compileall -q .
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('RAPPORT_PORT', '8000') + '/healthz', timeout=2)"]
CMD ["python", "-m", "api"]
