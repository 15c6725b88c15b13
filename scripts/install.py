"""Makes .venv and installs the locked packages, a line per package. Needs nothing but Python."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

_UNWRITTEN = "PYTHONDONTWRITEBYTECODE"

# pip works on one core, and on one package after the other.
_SIDE_BY_SIDE = 2

# Between them these load what the commands need.
_PROGRAMS = ("api.app", "workers.running", "channels.simulator", "scripts.start", "scripts.seed")

# What pip says when it takes up a package: from an index, or from a folder of wheels.
_TAKEN = re.compile(r"(?:Collecting ([\w.-]+)==(\S+)|Processing \S*?([\w.]+)-([\w.]+)-\S+\.whl)")


def main(kind: str) -> int:
    """Install the list `app` or `dev`; 0 when it is in place."""
    wanted = ROOT / "requirements" / f"{kind}.txt"
    with wanted.open() as lock:
        # Two commands started at once: the second finds the work done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_installed(wanted):
            return 0
        began = time.monotonic()
        if not _make_venv() or not _install(wanted):
            return 1
        _compile()
        _remember(kind)
    print(f"Packages are in place ({time.monotonic() - began:.0f} s).", flush=True)
    return 0


def _is_installed(wanted: Path) -> bool:
    kept = VENV / f"installed-{wanted.name}"
    return PYTHON.exists() and kept.exists() and kept.read_bytes() == wanted.read_bytes()


def _make_venv() -> bool:
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", check], check=False).returncode == 0:
        return True
    print("Making the virtual environment .venv …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], check=False, capture_output=True, text=True
    )
    if made.returncode != 0:
        print((made.stdout + made.stderr).strip(), file=sys.stderr)
        print("Python's venv module does not work here (on Debian: python3-venv).", file=sys.stderr)
    return made.returncode == 0


def _install(wanted: Path) -> bool:
    packages = re.findall(r"^[\w.-]+==(?:.+\n)+?(?=\S|\Z)", wanted.read_text(), flags=re.MULTILINE)
    print(
        f"Installing {wanted.name}: up to {len(packages)} packages, checked by hash …", flush=True
    )
    taken = count(1)
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pips:
        parts = [packages[first::_SIDE_BY_SIDE] for first in range(_SIDE_BY_SIDE)]
        said = [words for words in pips.map(partial(_install_part, taken), parts) if words]
    if said:
        print(said[0], file=sys.stderr)
        print("The packages could not be installed; see above.", file=sys.stderr)
    return not said


def _install_part(taken: Iterator[int], packages: list[str]) -> str:
    """What pip said at the end when it could not install these; nothing when it could."""
    # The list is complete, so pip need not look for what the packages themselves ask for.
    options = ["--require-hashes", "--no-deps", "--no-input", "--disable-pip-version-check"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as part:
        part.writelines(packages)
        part.flush()
        command = [str(PYTHON), "-m", "pip", "install", *options, "--no-compile", "-r", part.name]
        pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said: list[str] = []
        for line in pip.stdout or ():
            said.append(line)
            if found := _TAKEN.match(line):
                name, version = found[1] or found[3], found[2] or found[4]
                print(f"  {next(taken):>3}  {name} {version}", flush=True)
            elif line.startswith("Installing collected"):
                print("  unpacking …", flush=True)
        return "".join(said[-15:]).strip() if pip.wait() != 0 else ""


def _compile() -> None:
    """By loading it, what our programs load: the whole of all packages takes half a minute more."""
    environ = {name: text for name, text in os.environ.items() if name != _UNWRITTEN}
    command = [str(PYTHON), "-c", f"import {', '.join(_PROGRAMS)}"]
    subprocess.run(command, cwd=ROOT, env=environ, check=False, capture_output=True)


def _remember(kind: str) -> None:
    lists = ROOT / "requirements"
    shutil.copy(lists / f"{kind}.txt", VENV / f"installed-{kind}.txt")
    if kind == "dev" and _pins(lists / "app.txt") <= _pins(lists / "dev.txt"):
        shutil.copy(lists / "app.txt", VENV / "installed-app.txt")


def _pins(wanted: Path) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[^\s;]+", wanted.read_text(), flags=re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
