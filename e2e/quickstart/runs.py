"""The quick-start, as a newcomer runs it: how often it passes, how long it takes.

    python3 e2e/quickstart/runs.py --operator bazel-bin/kaito/operator/operator --runs 10

Prints a line for each run: exit code, seconds, facts and unrelated questions answered
right. With --user NAME it runs as that user (needs root), in a home directory of its
own. Exit code 1 where a run failed, took too long or left a process behind.
"""

import argparse
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

# "facts 75 of 80 (93.8 %), unrelated 75 of 80 (93.8 %)"
SCORE = re.compile(r"facts \d+ of \d+[^\n]*%\)")


def processes_with(marker):
    """Numbers of living processes whose arguments or directory name the marker."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if marker.encode() in file.read():
                    found.append(int(entry))
        except OSError:
            continue  # It has gone, or is not ours to look at.
    return found


def one_run(program, user, limit):
    """Runs it once; gives whether it passed, and the line to print."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as home:
        env = {**os.environ, "TMPDIR": home, "KUBECONFIG": "/nonexistent/kubeconfig"}
        options = {}
        if user is not None:
            shutil.chown(home, user.pw_uid, user.pw_gid)
            # What tools/fetch_tools.sh has unpacked may be out of the user's reach.
            tools = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache/kaito/tools")
            if os.path.isdir(tools):
                shutil.copytree(tools, os.path.join(home, ".cache/kaito/tools"), symlinks=True)
                owner = f"{user.pw_uid}:{user.pw_gid}"
                subprocess.run(["chown", "-R", owner, os.path.join(home, ".cache")], check=True)
            env.update(HOME=home, USER=user.pw_name)
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [program, "quickstart", "--yes"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=limit,
                env=env,
                cwd="/",
                check=False,
                **options,
            )
        except subprocess.TimeoutExpired as late:
            return False, f"not done after {limit:.0f} s\n{late.stdout or ''}"
        took = time.monotonic() - begun
        scores = SCORE.findall(done.stdout)
        left = processes_with(home)
        line = f"exit {done.returncode}  {took:5.1f} s  {scores[-1] if scores else 'no score'}"
        if left:
            line += f"  left processes {left}"
        passed = done.returncode == 0 and bool(scores) and not left
        return passed, line if passed else f"{line}\n{done.stdout}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operator", required=True, type=os.path.abspath, help="the operator's program")
    parser.add_argument("--runs", type=int, default=1, help="how often")
    parser.add_argument("--limit", type=float, default=180, help="seconds that one run may take")
    parser.add_argument("--user", type=pwd.getpwnam, help="run as this user")
    args = parser.parse_args()
    failed = 0
    for number in range(1, args.runs + 1):
        passed, line = one_run(args.operator, args.user, args.limit)
        failed += not passed
        print(f"quick-start {number} of {args.runs}: {'ok' if passed else 'FAILED'}  {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
