// How another widget is built on the Labeler.

import type { Draft } from "./draft";
import type { KeyNames } from "./key_names";
import type { Actions, Command, OwnActs, Sections } from "./keys";
import type { Unit } from "./model";

/** What another widget adds to the Labeler: a panel, keys of its own, and a say in saving. */
export interface Addition {
  readonly element: HTMLElement;
  readonly actions: Pick<Actions, OwnActs>;
  /** @param textSeen Whether the words are shown, or were. */
  show(unit: Unit, draft: Draft, textSeen: boolean): void;
  /** What keeps a draft from being saved, as a sentence; empty if nothing does. */
  missing(draft: Draft): string;
}

export interface Host {
  root: HTMLElement;
  keys: KeyNames;
  signal: AbortSignal;
  run(command: Command): void;
  edit(draft: Draft, said: string): void;
  draft(): Draft;
  say(text: string): void;
  tell(sentence: string): void;
}

export interface Extension {
  sections: Sections;
  add(host: Host): Addition;
}
