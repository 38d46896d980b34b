// Light or dark, as the host shows itself, and the colours that canvases need.

export interface Palette {
  text: string;
  muted: string;
  line: string;
  background: string;
  raised: string;
  f0: string;
  level: string;
  focus: string;
  failed: string;
  role(role: string): string;
}

/** Follow the host's theme: marks the root light or dark and calls back after each change. */
export function followTheme(root: HTMLElement, changed: () => void, signal: AbortSignal): void {
  const apply = () => {
    const theme = luminance(getComputedStyle(root).backgroundColor) < 0.4 ? "dark" : "light";
    if (root.dataset["wbTheme"] !== theme) root.dataset["wbTheme"] = theme;
    changed();
  };
  const observer = new MutationObserver(() => requestAnimationFrame(apply));
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  matchMedia?.("(prefers-color-scheme: dark)").addEventListener("change", apply, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  requestAnimationFrame(apply);
}

export function palette(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const of = (name: string) => style.getPropertyValue(name).trim() || "gray";
  const roles: Record<string, string> = {
    customer: of("--wb-customer"),
    agent: of("--wb-agent"),
  };
  return {
    text: of("--wb-text"),
    muted: of("--wb-muted"),
    line: of("--wb-line"),
    background: of("--wb-background"),
    raised: of("--wb-raised"),
    f0: of("--wb-f0"),
    level: of("--wb-level"),
    focus: of("--wb-focus"),
    failed: of("--wb-failed"),
    role: (role) => roles[role] ?? of("--wb-other"),
  };
}

/** Relative luminance of a colour as `getComputedStyle` writes it, 0 (black) to 1. */
export function luminance(colour: string): number {
  const numbers = (colour.match(/[\d.]+/g) ?? []).map(Number);
  if (numbers.length < 3) return 1;
  if (numbers[3] === 0) return 1;
  const scale = colour.startsWith("color(") ? 1 : 255;
  const [r = 1, g = 1, b = 1] = numbers.slice(0, 3).map((value) => {
    const share = value / scale;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
