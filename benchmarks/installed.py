"""The built wheel as an administrator installs it: as the image does, in a fresh environment, then without a network.

    sudo python benchmarks/installed.py [--place /var/tmp]

Builds the wheel, installs it as deploy/Dockerfile does, and then adds, asks, compares, reads targets and serves as
another user on a read-only root, with no way out but the loopback (Linux, as root: unshare, mount, setpriv, ip). Prints
seconds of each: a cold ``plancite ask`` is a whole process, the fastest and the median of nine, the first start of
``serve`` is until its health route answers. Nothing of the checkout is used but the wheel and the sample plans.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USER = "10001"
#: Run by the installed interpreter, inside.
_TRIED = """
import http.client, os, statistics, subprocess, sys, time
from pathlib import Path
program, library, corpus = sys.argv[1:]
SHARE = "What share of energy will be non-fossil by 2030?"

def run(*arguments):
    began = time.perf_counter()
    done = subprocess.run([program, *arguments, "--library", library], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{arguments[0]}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return time.perf_counter() - began, done.stdout

def loaded():
    code = "import sys; from indexer import Library; Library.open(sys.argv[1]).ask('kilns?')"
    code += "; print('torch' in sys.modules)"
    python = Path(program).with_name("python")
    return subprocess.run([python, "-c", code, library], capture_output=True, text=True, check=True).stdout.strip()

print(f"add, the first command: {run('add', corpus, '--quiet')[0]:.2f} s")
asked = [run("ask", "What are the cement capacity rules?") for _ in range(9)]
assert "clinker" in asked[0][1], asked[0][1]
times = [seconds for seconds, _ in asked]
print(f"cold ask: fastest {min(times):.2f} s, median {statistics.median(times):.2f} s")
for command in (["compare", SHARE, "--plan", "sichuan", "--plan", "liaoning"], ["targets"], ["doctor"]):
    print(f"{command[0]}: {run(*command)[0]:.2f} s")
print(f"torch imported by an ask: {loaded()}")
began = time.perf_counter()
server = subprocess.Popen([program, "serve", "--library", library, "--port", "8765", "--quiet"])
while True:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8765, timeout=5)
        connection.request("GET", "/api/v1/health")
        if connection.getresponse().status == 200:
            break
    except OSError:
        if server.poll() is not None or time.perf_counter() - began > 120:
            sys.exit("serve does not answer")
        time.sleep(0.05)
print(f"serve answers after: {time.perf_counter() - began:.2f} s")
server.terminate()
print(f"serve ends with {server.wait(10)}; as user {os.getuid()}, root writable: {os.access('/', os.W_OK)}")
"""
#: The library's folder stays writable, and /tmp; nothing else does.
_INSIDE = f"""
set -e
ip link set lo up
mount --bind "$1" "$1"
mount -o remount,ro,bind /
mount -t tmpfs tmpfs /tmp
shift
cd /tmp
exec setpriv --reuid {USER} --regid {USER} --clear-groups env -i HOME=/tmp HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 \\
  PATH=/usr/bin:/bin "$@"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--place", type=Path, default=Path("/var/tmp"), help="where to install; not below /tmp")
    with tempfile.TemporaryDirectory(dir=parser.parse_args().place) as place:
        folder = Path(place)
        folder.chmod(0o755)
        wheels, environment = folder / "wheels", folder / "venv"
        venv.create(environment, with_pip=True)
        pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--no-deps", "-w", wheels, ROOT], check=True)
        (wheel,) = wheels.glob("*.whl")
        print(f"wheel: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
        constraints = ROOT / "constraints.txt"
        subprocess.run([*pip, "install", "-c", constraints, "torch"], check=True)
        subprocess.run([*pip, "install", "-c", constraints, f"{wheel}[server,oidc]"], check=True)
        library, corpus = folder / "library", shutil.copytree(ROOT / "corpus", folder / "corpus")
        library.mkdir()
        shutil.chown(library, int(USER), int(USER))
        inside = ["unshare", "--net", "--mount", "sh", "-c", _INSIDE, "sh", str(library)]
        tried = [str(environment / "bin" / "python"), "-c", _TRIED, str(environment / "bin" / "plancite")]
        subprocess.run([*inside, *tried, str(library / "plans"), str(corpus)], check=True)


if __name__ == "__main__":
    main()
