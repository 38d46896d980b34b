// Building elements. Text only ever enters as text, never as markup.

export type Child = Node | string | null;

/** Make an element: `el("button.wb-chip", { type: "button" }, "text")`. */
export function el<K extends keyof HTMLElementTagNameMap>(
  what: K | `${K}.${string}`,
  attributes: Record<string, string | number | boolean | null> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag as K);
  if (classes.length > 0) element.className = classes.join(" ");
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Set attributes; false and null take one away, true sets it empty. */
export function setAttributes(
  element: Element,
  attributes: Record<string, string | number | boolean | null>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Set text only where it differs, so that screen readers are not told twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A button that does something and may name its key. */
export function button(
  className: string,
  label: string,
  press: () => void,
  options: { icon?: SVGElement; key?: HTMLElement; labelHidden?: boolean; signal: AbortSignal },
): HTMLButtonElement {
  const { icon, key, labelHidden, signal } = options;
  const element = el(
    "button",
    { type: "button", class: className, "aria-label": labelHidden ? label : null },
    icon ?? null,
    labelHidden ? null : el("span", {}, label),
    key ?? null,
  );
  if (labelHidden) element.title = label;
  element.addEventListener("click", press, { signal });
  return element;
}

/** Arrow keys move within a group that is one stop of the Tab key. */
export function rove(group: HTMLElement, members: () => HTMLElement[], signal: AbortSignal): void {
  const settle = (active: HTMLElement | undefined) => {
    for (const member of members()) member.tabIndex = member === active ? 0 : -1;
  };
  settle(members()[0]);
  group.addEventListener(
    "focusin",
    (event) => {
      if (members().includes(event.target as HTMLElement)) settle(event.target as HTMLElement);
    },
    { signal },
  );
  group.addEventListener(
    "keydown",
    (event) => {
      const all = members();
      const at = all.indexOf(event.target as HTMLElement);
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : at + (by ?? 0);
      if (at < 0 || (by === undefined && event.key !== "Home" && event.key !== "End")) return;
      event.preventDefault();
      event.stopPropagation();
      all[(to + all.length) % all.length]?.focus();
    },
    { signal },
  );
}

/** Arrow keys choose among radio buttons, Delete and Backspace choose none. */
export function choices(
  group: HTMLElement,
  members: readonly HTMLElement[],
  choose: (at: number | null) => void,
  signal: AbortSignal,
): void {
  const moves: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
  group.addEventListener(
    "keydown",
    (event) => {
      const at = members.indexOf(event.target as HTMLElement);
      const by = moves[event.key];
      const none = event.key === "Delete" || event.key === "Backspace";
      if (at < 0 || event.shiftKey || (by === undefined && !none)) return;
      event.preventDefault();
      event.stopPropagation();
      const to = Math.max(0, Math.min(members.length - 1, at + (by ?? 0)));
      choose(none ? null : to);
      members[to]?.focus();
    },
    { signal },
  );
}

export function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "checkbox")
  );
}
