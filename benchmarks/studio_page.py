"""What is measured inside the page: keys, saved mark, playhead, samples on their way out."""

from __future__ import annotations

HOOKS = r"""(() => {
  const TAP = `registerProcessor('studio-tap', class extends AudioWorkletProcessor {
    process([input]) {
      const samples = input[0];
      if (samples && samples.some((x) => x !== 0)) {
        this.port.postMessage([currentFrame, samples.slice()]);
      }
      return true;
    }
  })`;
  const source = URL.createObjectURL(new Blob([TAP], { type: 'text/javascript' }));
  const taps = new WeakMap();
  const studio = { blocks: [], keys: [], marks: [], heads: [], context: null };
  window.studio = studio;
  const connect = AudioNode.prototype.connect;
  const tapOf = async (context) => {
    await context.audioWorklet.addModule(source);
    const tap = new AudioWorkletNode(context, 'studio-tap');
    tap.port.onmessage = ({ data: [frame, samples] }) => studio.blocks.push({
      frame, samples, lateMs: performance.now() - 1000 * context.currentTime });
    connect.call(tap, context.destination);
    return tap;
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const { context } = this;
      studio.context = context;
      if (!taps.has(context)) taps.set(context, tapOf(context));
      taps.get(context).then((tap) => connect.call(this, tap));
    }
    return connect.call(this, target, ...rest);
  };
  addEventListener('keydown', (event) => {
    studio.keys.push({ code: event.code, at: event.timeStamp });
  }, { capture: true });
  studio.watch = () => {
    const mark = document.querySelector('.wb-mark-text');
    studio.observer?.disconnect();
    studio.observer = new MutationObserver(
      () => studio.marks.push({ text: mark.textContent, at: performance.now() }));
    studio.observer.observe(mark, { childList: true, characterData: true, subtree: true });
  };
  studio.clear = () => {
    for (const name of ['blocks', 'keys', 'marks', 'heads']) studio[name] = [];
  };
  // Where the playhead is drawn, against the clock of the sound.
  studio.follow = (ms) => new Promise((resolve) => {
    const until = performance.now() + ms;
    const head = document.querySelector('.wb-stage-picture .wb-playhead');
    const frame = () => {
      const now = studio.context?.currentTime ?? 0;
      setTimeout(() => {
        const x = new DOMMatrix(getComputedStyle(head).transform).m41;
        if (!head.hidden) studio.heads.push([now, x]);
      });
      if (performance.now() < until) requestAnimationFrame(frame);
      else setTimeout(resolve);
    };
    requestAnimationFrame(frame);
  });
  // How far the picture is filled in each of its columns, in pixels of the page.
  studio.columns = () => {
    const canvas = document.querySelector('.wb-stage-picture canvas');
    if (!canvas?.width || !canvas.height) return [];
    const { data, width, height } = canvas.getContext('2d')
      .getImageData(0, 0, canvas.width, canvas.height);
    const scale = width / canvas.clientWidth;
    return Array.from({ length: width }, (_, x) => {
      let filled = 0;
      for (let y = 0; y < height; y++) if (data[4 * (y * width + x) + 3] > 60) filled++;
      return [(x + 0.5) / scale, filled / height];
    });
  };
  studio.drawn = () => studio.columns().filter(([, filled]) => filled > 0.06).length > 60;
  studio.sound = () => {
    const { blocks, context } = studio;
    if (blocks.length === 0) return null;
    const samples = [];
    const first = blocks[0].frame;
    for (const { frame, samples: own } of blocks) {
      while (samples.length < frame - first) samples.push(0);
      samples.push(...own);
    }
    return {
      rate: context.sampleRate,
      firstS: first / context.sampleRate,
      latencyS: context.outputLatency || 0,
      // The audio clock stands still within a piece, so the smallest difference is the true one.
      lateMs: Math.min(...blocks.map(({ lateMs }) => lateMs)),
      samples,
    };
  };
})()"""

RUN = """async () => {
  const before = performance.now();
  const ran = window.jupyterapp.commands.execute('notebook:run-all-cells');
  const last = document.querySelector('.wb-stage-picture canvas');
  await new Promise((resolve) => {
    const look = () => {
      const canvas = document.querySelector('.wb-stage-picture canvas');
      if (canvas && canvas !== last && window.studio.drawn()) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });
  const took = performance.now() - before;
  await ran;
  return took;
}"""

BARE = '''
import anywidget

class Bare(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      el.tabIndex = 0;
      el.className = 'bare';
      el.dataset.lmSuppressShortcuts = 'true';
      window.bare = [];
      let at = 0;
      el.addEventListener('keydown', (event) => {
        event.stopPropagation();
        at = event.timeStamp;
        model.send({ key: event.code });
      });
      model.on('msg:custom', () => window.bare.push(performance.now() - at));
    } };
    """

    def __init__(self):
        super().__init__()
        self.on_msg(lambda widget, content, buffers: widget.send(content))

Bare()
'''
