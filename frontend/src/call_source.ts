// Calls as Python hands them out: peaks and words at once, samples window by window.

import type { Call, Lane, Line, Unit } from "./model";
import { Ranges, type ServedFile } from "./ranges";
import { SampleWindows } from "./windows";
import type { Wire } from "./wire";

export const CONTEXT_S = 2;
const AHEAD_S = 20;
const PLAIN = "plain ";
const MASKED = "masked ";

/** Name of what sounds for a unit: its call, or its call in the masked voice. Never one for the other. */
export function sourceOf(unit: Pick<Unit, "call_id" | "pass">): string {
  return (unit.pass === "masked_voice" ? MASKED : PLAIN) + unit.call_id;
}

export class CallSource {
  readonly windows: SampleWindows;
  private readonly calls = new Map<string, Promise<Call>>();
  private readonly ranges = new Ranges();

  constructor(
    private readonly wire: Wire,
    arrived: () => void,
  ) {
    this.windows = new SampleWindows(async (source, startS, endS) => {
      const masked = source.startsWith(MASKED);
      const callId = source.slice((masked ? MASKED : PLAIN).length);
      const served = masked ? null : await this.ranges.window(callId, startS, endS);
      if (served) return served;
      const answer = await this.wire.ask("audio", {
        call_id: callId,
        start_s: startS,
        end_s: endS,
        masked,
      });
      return {
        sampling_rate_hz: Number(answer["sampling_rate_hz"]),
        n_channels: Number(answer["n_channels"]),
        buffer: answer.buffers[0] as DataView,
      };
    }, arrived);
  }

  call(callId: string): Promise<Call> {
    let call = this.calls.get(callId);
    if (!call) {
      call = this.fetch(callId);
      this.calls.set(callId, call);
      call.catch(() => this.calls.delete(callId));
    }
    return call;
  }

  /** Have the samples of a unit here before they are asked for; the beginning of a long one. */
  async want(unit: Unit, call: Call): Promise<void> {
    if (unit.pass === "text") return;
    const until = Math.min(unit.end_s, unit.start_s + AHEAD_S);
    const from = Math.max(0, unit.start_s - CONTEXT_S);
    await this.windows.want(sourceOf(unit), from, until, call.duration_s);
  }

  private async fetch(callId: string): Promise<Call> {
    const answer = await this.wire.ask("call", { call_id: callId });
    void this.ranges.offer(callId, answer["file"] as ServedFile | null);
    const lanes = answer["lanes"] as Omit<Lane, "peaks">[];
    return {
      duration_s: Number(answer["duration_s"]),
      lanes: lanes.map((lane, i) => ({ ...lane, peaks: bytesOf(answer.buffers[i]) })),
      lines: answer["lines"] as Line[],
    };
  }
}

/** The bytes of a message as signed numbers. */
export function bytesOf(view: DataView | undefined): Int8Array {
  return view
    ? new Int8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength)
    : new Int8Array();
}
