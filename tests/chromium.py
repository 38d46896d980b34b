"""Find a Chromium for the browser tests, or get one: `python -m tests.chromium`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUICK_S = 40
SLOW_S = 600


def find_chromium() -> str | None:
    """Say where a Chromium is: WORKBENCH_CHROMIUM, the PATH, else Playwright's own."""
    named = os.environ.get("WORKBENCH_CHROMIUM")
    if named and Path(named).is_file():
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def run(command: list[str], seconds: int, **environment: str) -> bool:
    """Run a command for so many seconds at most; say whether it worked."""
    print("+", *command, flush=True)
    try:
        done = subprocess.run(
            command,
            timeout=seconds,
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return False
    return done.returncode == 0


def from_debian() -> bool:
    """Install Debian's package where apt works and we may use it."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quick = ["-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"]
    if not run(["apt-get", *quick, "update"], QUICK_S):
        return False
    install = ["apt-get", *quick, "install", "-y", "--no-install-recommends", "chromium"]
    return run(install, SLOW_S, DEBIAN_FRONTEND="noninteractive")


def from_playwright() -> bool:
    """Let Playwright fetch its own build, if the place it comes from answers at all."""
    install = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    plan = subprocess.run([*install, "--dry-run"], capture_output=True, text=True, check=False)
    addresses = re.findall(r"https://\S+", plan.stdout)
    if not addresses or not answers(addresses[0]):
        return False
    return run(install, SLOW_S)


def answers(address: str) -> bool:
    """Ask for the head of a page, for ten seconds at most."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, method="HEAD"), timeout=10
        ) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def main() -> None:
    """Print the path of a Chromium, getting one first if there is none."""
    found = find_chromium()
    if not found and (from_debian() or from_playwright()):
        found = find_chromium()
    if not found:
        sys.exit(
            "No Chromium was found and none could be installed, so the browser tests cannot run. "
            "Install Chromium or Chrome, or name one: WORKBENCH_CHROMIUM=/path/to/chromium."
        )
    print("Chromium for the browser tests:", found)


if __name__ == "__main__":
    main()
