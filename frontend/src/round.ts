// A rater's round through a list, as it outlives the page: what waits, what is unfinished, where
// they are; skipping, flagging, leaving a call, resting.

import { Autosave } from "./autosave";
import { button, el, setText } from "./dom";
import type { Evidence } from "./evidence";
import { ItemList, type ItemRow } from "./item_list";
import { Keep } from "./keep";
import type { KeyNames } from "./key_names";
import type { Actions } from "./keys";
import { DISTRESSING, type LabelerSetup, type Mark, type Rating, type Unit } from "./model";
import { Notices } from "./notices";
import { Outbox } from "./outbox";
import { RestCard } from "./rest_card";
import { keepChoices, lastChoices, SessionWatch, today, type Choices } from "./session";
import { SessionCard } from "./session_card";
import { Sitting } from "./sitting";
import { strings } from "./strings";
import type { Wire } from "./wire";

export interface RoundEvents {
  /** The rater is at another item. */
  show(): void;
  refresh(): void;
  silence(): void;
  takeFocus(): void;
  place(index: number): string;
  /** What was heard of an item in this page. */
  evidence(unit: Unit): Evidence;
  /** Choices of the start card that are the player's. */
  play(choices: Pick<Choices, "levelled" | "autoplay">): void;
  /** Another language: the widget is built anew. */
  reopen(language: string): void;
}

export class Round {
  readonly sitting: Sitting;
  readonly outbox: Outbox;
  readonly notices: Notices;
  /** A line that proposes a rest, and the words of a flag: both quiet, both in the flow. */
  readonly restHint = el("div.wb-rest-hint", { hidden: true });
  readonly flagField = el("input.wb-field.wb-flag", {
    type: "text",
    "aria-label": strings.flag,
    placeholder: strings.flagPlaceholder,
    hidden: true,
  });
  /** What can be done beside rating, for the mouse and for those who look. */
  readonly tools: HTMLElement;
  readonly panels: HTMLElement[];
  readonly actions = {
    list: () => this.list.begin(),
    skip: () => this.skip(),
    flag: () => this.flag(),
    leave: () => this.leave(),
    undo: () => this.undo(),
    takeBack: () => this.takeBack(),
    rest: () => this.rest(),
  } satisfies Partial<Actions>;
  private readonly keep: Keep;
  private readonly autosave: Autosave;
  private readonly list: ItemList;
  private readonly sessionCard: SessionCard;
  private readonly restCard: RestCard;
  private readonly watch: SessionWatch;
  private readonly flagButton: HTMLButtonElement;
  private at: string | null = null;

  constructor(
    private readonly setup: LabelerSetup,
    units: readonly Unit[],
    saved: Record<string, Rating>,
    marks: Record<string, Mark>,
    private readonly wire: Wire,
    keys: KeyNames,
    private readonly events: RoundEvents,
    private readonly signal: AbortSignal,
  ) {
    this.keep = Keep.open(setup.keep_key);
    this.sitting = new Sitting(
      units,
      saved,
      setup.taxonomy.intensity_steps,
      Date.now,
      marks,
      setup.session_id,
    );
    this.outbox = new Outbox(
      {
        send: async (rating) => void (await wire.ask("save", { rating })),
        sendMark: async (mark) => void (await wire.ask("mark", { ...mark })),
        committed: (id) => this.sitting.savedId(id),
        mine: (id) => this.sitting.placeOf(id) >= 0,
        saved: (rating) => this.saved(rating),
        savedElsewhere: (rating) => this.sitting.keep(rating),
        markedElsewhere: (mark) => this.sitting.hearMark(mark),
        changed: (itemId) => this.changed(itemId),
      },
      this.keep,
    );
    const listName = `${units[0]?.item_id ?? ""}/${units.length}`;
    const evidenceOf = (unit: Unit) => events.evidence(unit);
    this.autosave = new Autosave(this.keep, this.sitting, listName, evidenceOf, signal);
    this.notices = new Notices(
      {
        retry: () => this.outbox.retry(),
        correct: () => this.correct(),
        later: () => this.outbox.later(),
      },
      signal,
    );
    const closed = () => events.takeFocus();
    this.list = new ItemList(
      {
        rows: () => this.rows(),
        current: () => this.sitting.index,
        pick: (index) => this.goTo(index),
      },
      closed,
      signal,
    );
    this.restCard = new RestCard(() => this.rested(), signal);
    this.sessionCard = new SessionCard((choices) => void this.begun(choices), signal);
    this.panels = [this.list, this.restCard, this.sessionCard].map(({ element }) => element);
    const tool = (label: string, press: () => void, name: string) => {
      const made = button("wb-button wb-button-plain", label, press, { key: keys.cap(name), signal });
      made.hidden = !keys.knows(name);
      return made;
    };
    this.flagButton = tool(strings.flag, () => this.flag(), "flag");
    this.tools = el(
      "div.wb-tools",
      {},
      tool(strings.list, this.actions.list, "list"),
      tool(strings.skip, this.actions.skip, "skip"),
      this.flagButton,
      el("span.wb-space"),
      tool(strings.rest, this.actions.rest, "rest"),
      tool(strings.leave, this.actions.leave, "leave_call"),
    );
    this.watch = new SessionWatch(
      setup.rest_after_min * 60_000,
      {
        away: (hidden) => (hidden ? this.sitting.pause("hidden") : this.sitting.resume("hidden")),
        tired: (minutes) => this.proposeRest(minutes),
      },
      signal,
    );
    this.flagField.addEventListener("keydown", (event) => this.inFlag(event), { signal });
    signal.addEventListener("abort", () => {
      this.outbox.close();
      this.keep.close();
    });
  }

  /** Whether a panel has the keys. */
  get busy(): boolean {
    return this.list.open || this.restCard.open || this.sessionCard.open;
  }

  /** Take up what an earlier page or kernel left; resolves when the first item can be shown. */
  async begin(): Promise<void> {
    const choices = await lastChoices(this.keep);
    const { place, drafts } = await this.autosave.load();
    const parcels = await this.outbox.load();
    if (this.signal.aborted) return;
    this.sitting.adopt(drafts, parcels);
    this.sitting.recount(null, this.outbox);
    this.goToKept(place);
    if (choices) this.events.play(choices);
    if (choices && choices.language !== this.setup.language) {
      this.events.reopen(choices.language);
    } else if (this.setup.session_check && choices?.day !== today() && this.sitting.nLeft > 0) {
      this.sitting.pause("start");
      this.sessionCard.begin(choices ?? this.firstChoices());
    }
  }

  /** Say what is unfinished where the rater has just come to. */
  welcome(): void {
    const { unit, index } = this.sitting;
    if (this.sitting.state(unit, this.outbox) !== "edited") return;
    this.notices.tell(strings.notSavedYet(this.events.place(index)));
  }

  /** The rater has come to an item. */
  arrived(): void {
    const id = this.sitting.unit.item_id;
    this.flagField.hidden = true;
    if (this.at === id) return;
    this.at = id;
    void this.autosave.place(id);
  }

  /** The item in view was edited. */
  edited(): void {
    this.autosave.touch(this.sitting.unit.item_id);
  }

  /** Lines about what waits and what was refused. */
  tell(): void {
    const { outbox, notices, sitting } = this;
    const last = outbox.failed.at(-1);
    const place = last ? this.events.place(sitting.placeOf(last.item_id)) : "";
    notices.tellFailure(
      !last
        ? ""
        : outbox.failed.length === 1
          ? strings.failedOne(place, last.sentence)
          : strings.failedMany(outbox.failed.length, last.sentence),
    );
    const mark = sitting.mark(sitting.unit.item_id);
    const flagged = mark?.state === "flagged";
    this.flagButton.classList.toggle("wb-flagged", flagged);
    const label = this.flagButton.querySelector("span");
    if (label) setText(label, flagged ? strings.flagMark(mark.text ?? "") : strings.flag);
    const { trouble } = outbox;
    const lines = [
      trouble?.silent ? strings.stopped(outbox.nWaiting) : "",
      trouble && !trouble.silent ? strings.triedAgain(trouble.sentence) : "",
      outbox.nWaiting > 0 && trouble && !this.keep.lasting ? strings.notLasting : "",
      outbox.nElsewhere > 0 ? strings.elsewhere(outbox.nElsewhere) : "",
    ];
    notices.tellTrouble(lines.filter(Boolean).join(" "));
  }

  private saved(rating: Rating): void {
    this.sitting.keep(rating);
    this.sitting.recount(rating.item_id, this.outbox);
    this.notices.say(strings.said.saved(this.sitting.nLeft));
  }

  private changed(itemId: string | null): void {
    this.sitting.recount(itemId, this.outbox);
    if (itemId !== null) this.autosave.touch(itemId);
    this.events.refresh();
  }

  private goToKept(place: string | null): void {
    const { sitting, outbox } = this;
    const index = place === null ? -1 : sitting.placeOf(place);
    const unit = sitting.units[index];
    if (!unit) {
      if (sitting.nLeft > 0 && sitting.isRated(sitting.unit, outbox)) sitting.goToNextOpen();
      return;
    }
    sitting.goTo(index);
    const done = sitting.isRated(unit, outbox) && sitting.state(unit, outbox) !== "edited";
    if (done) sitting.goToNextOpen();
  }

  private goTo(index: number): void {
    this.sitting.goTo(index);
    this.events.show();
  }

  private rows(): ItemRow[] {
    const { sitting, outbox } = this;
    return sitting.units.map((unit, index) => {
      const mark = sitting.mark(unit.item_id);
      return {
        index,
        callId: unit.call_id,
        role: unit.role,
        start_s: unit.start_s,
        pass: unit.pass,
        state: sitting.state(unit, outbox),
        flag: mark?.state === "flagged" ? (mark.text ?? "") : null,
        heard: sitting.heardIn(unit.item_id),
      };
    });
  }

  // ---- what can be done with an item beside rating it ------------------------------------

  private skip(): void {
    const { sitting, outbox } = this;
    const place = this.events.place(sitting.index);
    const { unit } = sitting;
    if (!sitting.isRated(unit, outbox)) {
      sitting.setMark(unit.item_id, "skipped", null, outbox);
    }
    if (!sitting.goToNextOpen()) sitting.goTo(sitting.index + 1);
    this.events.show();
    this.notices.tell(strings.skipped(place));
  }

  private flag(): void {
    const { sitting, outbox } = this;
    const id = sitting.unit.item_id;
    if (sitting.mark(id)?.state === "flagged") {
      sitting.setMark(id, "open", null, outbox);
      this.notices.tell(strings.unflagged(this.events.place(sitting.index)));
      this.events.refresh();
      return;
    }
    this.flagField.value = "";
    this.flagField.hidden = false;
    this.flagField.focus();
  }

  private inFlag(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing || (event.code !== "Enter" && event.code !== "Escape")) return;
    event.preventDefault();
    this.flagField.hidden = true;
    this.events.takeFocus();
    if (event.code === "Escape") return;
    const { sitting } = this;
    const text = this.flagField.value.trim() || null;
    sitting.setMark(sitting.unit.item_id, "flagged", text, this.outbox);
    this.notices.tell(strings.flagged(this.events.place(sitting.index)));
    this.events.refresh();
  }

  /** Sound off at once; the rest of the call is skipped, and nobody asks why. */
  private leave(): void {
    this.events.silence();
    const { sitting, outbox } = this;
    const rest = sitting
      .ofCall(sitting.unit.call_id)
      .map((index) => sitting.units[index] as Unit)
      .filter((unit) => !sitting.isRated(unit, outbox));
    for (const { item_id } of rest) sitting.setMark(item_id, "skipped", DISTRESSING, outbox);
    const moved = sitting.goToNextOpen();
    this.events.show();
    this.notices.tell([strings.leftCall(rest.length), moved ? "" : strings.done].join(" ").trim());
    this.rest();
  }

  private undo(): void {
    if (!this.sitting.undo()) {
      this.notices.tell(strings.nothingToUndo);
      return;
    }
    this.events.show();
    this.notices.tell(strings.undone(this.events.place(this.sitting.index)));
  }

  private takeBack(): void {
    const { sitting } = this;
    const done = sitting.takeBack(this.outbox);
    const place = this.events.place(sitting.index);
    this.events.show();
    this.notices.tell(done ? strings.tookBack(place) : strings.nothingToTakeBack);
  }

  private correct(): void {
    const last = this.outbox.failed.at(-1);
    if (!last) return;
    const sentence = last.sentence;
    this.sitting.goTo(this.sitting.placeOf(last.item_id));
    this.outbox.later();
    this.events.show();
    this.events.takeFocus();
    this.notices.tell(sentence);
  }

  // ---- the sitting itself ------------------------------------------------------------------

  private firstChoices(): Choices {
    const { autoplay, language } = this.setup;
    return { day: today(), headphones: null, heard: {}, levelled: false, autoplay, language };
  }

  private async begun(choices: Choices | null): Promise<void> {
    this.sitting.resume("start");
    this.events.takeFocus();
    if (!choices) return;
    this.events.play(choices);
    await keepChoices(this.keep, choices);
    if (choices.headphones !== null) {
      const { headphones, heard } = choices;
      // Beside the ratings, so a failure is none of the rater's business.
      await this.wire.ask("session", { headphones, heard }).catch(() => {});
    }
    if (choices.language !== this.setup.language) this.events.reopen(choices.language);
  }

  private proposeRest(minutes: number): void {
    const rest = button("wb-button wb-button-framed", strings.rest, () => this.rest(), {
      signal: this.signal,
    });
    const sentence = strings.restHint(minutes);
    this.restHint.replaceChildren(el("span", {}, sentence), rest);
    this.notices.say(sentence);
    this.restHint.hidden = false;
  }

  private rest(): void {
    this.events.silence();
    this.sitting.pause("rest");
    this.restCard.begin();
  }

  private rested(): void {
    this.sitting.resume("rest");
    this.watch.rested();
    this.restHint.hidden = true;
    this.events.takeFocus();
  }
}
