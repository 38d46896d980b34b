"""JupyterLab on a folder of its own, and a notebook in Chromium, as an analyst would use them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from workbench.audio import wav_bytes

ROOT = Path(__file__).parents[2]
MICROPHONE_HZ = 550
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
IDLE = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
  const kernel = session?.session?.kernel;
  return !!session?.isReady &&
    kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
DONE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.widgets.filter(
    cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim());
  return panel.context.sessionContext.session.kernel.status === 'idle' && cells.length > 0 &&
    cells.every(({ model }) => model.executionCount != null && model.executionState !== 'running');
}"""
# Its tags are there once a Labeler shows its first item.
CHIPS = "() => document.querySelector('.wb:not([data-old]) .wb-chips .wb-chip')"
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(
  cell => cell.model.type !== 'code' ? [] : cell.model.outputs.toJSON()
    .filter(output => output.output_type === 'error')
    .map(output => output.ename + ': ' + output.evalue))"""
IN_KERNEL = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false });
  let out = '';
  future.onIOPub = message => {
    if (message.header.msg_type === 'stream') out += message.content.text;
    if (message.header.msg_type === 'error') out += 'ERROR ' + message.content.evalue;
  };
  await future.done;
  return out;
}"""
# What is sent to the loudspeaker can be looked at, and is: nothing here trusts a flag.
LISTEN_IN = """(() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const ear = this.context.createAnalyser();
      ear.fftSize = 512;
      connect.call(this, ear);
      window.ear = ear;
    }
    return connect.call(this, target, ...rest);
  };
  window.loudness = () => {
    if (window.ear?.context.state !== 'running') return 0;
    const samples = new Float32Array(window.ear.fftSize);
    window.ear.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  };
  window.pitch = () => {
    const samples = new Float32Array(window.ear.fftSize);
    window.ear.getFloatTimeDomainData(samples);
    let crossings = 0;
    for (let i = 1; i < samples.length; i++) if (samples[i - 1] < 0 && samples[i] >= 0) crossings++;
    return crossings / (samples.length / window.ear.context.sampleRate);
  };
})()"""


@contextlib.contextmanager
def lab_server(folder: Path, home: Path, app: str = "lab") -> Iterator[str]:
    """Run JupyterLab, or notebook, with settings, data and runtime files of its own."""
    work = folder / "work"
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    for path in (work, settings):
        path.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "IPYTHONDIR": folder / "ipython",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "PYTHONPATH": ROOT,
        "WORKBENCH_HOME": home,
    }
    command = [sys.executable, "-m", "jupyter", app, "--allow-root", "--no-browser"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=tests", f"--ServerApp.root_dir={work}"]
    command += ["--expose-app-in-browser"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    log = folder / "server.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command,
            stdout=stream,
            stderr=stream,
            env=os.environ | {name: str(value) for name, value in own.items()},
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(server, address, log)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/api/status?token=tests", timeout=2).read()
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("JupyterLab did not start:\n" + log.read_text()[-2000:])


SET_CELL = """source => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  cells[0].model.sharedModel.setSource(source);
}"""


def microphone_file(folder: Path) -> Path:
    """Write what Chromium's false microphone hears: a tone, over and over."""
    path = folder / "microphone.wav"
    time_s = np.arange(48000) / 48000
    tone = 0.4 * np.sin(2 * np.pi * MICROPHONE_HZ * time_s)
    path.write_bytes(wav_bytes(tone, 48000))
    return path


FORGET = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  if (!names.includes('audio-sentiment-workbench')) return;
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('audio-sentiment-workbench');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const boxes = [...database.objectStoreNames];
  const clearing = database.transaction(boxes, 'readwrite');
  for (const box of boxes) clearing.objectStore(box).clear();
  await new Promise(resolve => { clearing.oncomplete = resolve; });
  database.close();
}"""


class Notebook:
    """A notebook that is open in a page; without a source, of one cell that tests write anew."""

    def __init__(
        self,
        page: Any,
        address: str,
        folder: Path,
        source: Path | None = None,
        *,
        path: str = "doc/tree",
    ) -> None:
        self.problems: list[str] = []
        self._take(page)
        if source is None:
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            notebook.metadata["kernelspec"] = kernel
        else:
            notebook = nbformat.read(source, as_version=4)
        name = f"{len(list((folder / 'work').glob('*.ipynb')))}.ipynb"
        nbformat.write(notebook, folder / "work" / name)
        self._path = folder / "work" / name
        self._url = f"{address}/{path}/{name}?token=tests"
        self._open()

    def _take(self, page: Any) -> None:
        self.page = page
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._heard)
        page.add_init_script(LISTEN_IN)

    def _open(self) -> None:
        self.page.goto(self._url)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.idle()

    def forget(self) -> None:
        """Take away what the browser keeps for the widgets, as a new browser has nothing."""
        self.page.evaluate(FORGET)

    def idle(self) -> None:
        """Wait until the kernel is there and has nothing to do."""
        self.page.wait_for_function(IDLE, timeout=60_000)

    def load_again(self) -> None:
        """Load the page again; its cells are as they were, and have to be run again."""
        self._save()
        self._open()

    @contextlib.contextmanager
    def tab_closed(self) -> Iterator[None]:
        """Close the tab for a while and open the notebook in a new one of the same browser."""
        self._save()
        context = self.page.context
        self.page.close()
        yield
        self._take(context.new_page())
        self._open()

    def _save(self) -> None:
        self.page.evaluate(
            "() => window.jupyterapp.commands.execute('docmanager:save').then(() => 0)"
        )
        notebook = nbformat.read(self._path, as_version=4)
        for cell in notebook.cells:
            cell.outputs = []  # JupyterLab draws them before it knows the kernel's widgets
        nbformat.write(notebook, self._path)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def show(self, cell: str, seconds: float = 60) -> None:
        """Write the cell, run it and wait until it has run."""
        self.page.evaluate(SET_CELL, cell)
        self.run(seconds)

    def run(self, seconds: float = 60) -> None:
        """Run all cells and wait until they have run; widgets of before are marked as old."""
        self.page.evaluate(
            "() => document.querySelectorAll('.wb').forEach(old => old.dataset.old = '')"
        )
        self.page.evaluate(
            "() => window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => 0)"
        )
        self.page.wait_for_function(DONE, timeout=1000 * seconds)
        errors = self.page.evaluate(ERRORS)
        assert errors == [], errors

    def python(self, expression: str) -> Any:
        """Evaluate an expression in the kernel; what comes back went through JSON."""
        code = f"import json as _j; print(_j.dumps({expression}, default=str))"
        out = self.page.evaluate(IN_KERNEL, code)
        try:
            return json.loads(out)
        except ValueError:
            raise AssertionError(out) from None

    def do(self, code: str) -> None:
        """Run code in the kernel."""
        assert self.page.evaluate(IN_KERNEL, code) == ""

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, condition: str, seconds: float = 15) -> None:
        """Wait until a condition in the page holds."""
        self.page.wait_for_function(condition, timeout=1000 * seconds)

    def click_point(self, selector: str) -> None:
        """Click the first point of a figure, once it lies still: figures grow to their cell."""
        point = self.page.locator(selector).first
        before, now = None, point.bounding_box()
        while now != before:
            self.page.wait_for_timeout(300)
            before, now = now, point.bounding_box()
        point.click(force=True)

    def text(self, selector: str) -> str:
        """Give the text of an element."""
        return str(self.page.locator(selector).text_content())
