// Faster or slower with the pitch kept: waveform similarity overlap-add, after Verhelst and
// Roelands (1993). What sounds at output second t was at input second t * speed, give or take
// SEARCH_S; that does not add up.

const HOP_S = 0.016;
const SEARCH_S = 0.012;
/** The search looks at about this many samples a second before it looks at all of them. */
const COARSE_HZ = 8000;

/** Stretches a stream: samples go in piece by piece, and come out as far as they are ready. */
export class Stretcher {
  private readonly hop: number;
  private readonly reach: number;
  private readonly stride: number;
  private readonly rising: Float32Array;
  /** Input from the sample number `first` on: each channel, and their sum for the search. */
  private channels: Float32Array[];
  private sum: Float32Array = new Float32Array();
  private first = 0;
  private nIn = 0;
  private nOut = 0;
  private nBlocks = 0;
  /** Input sample at which the block that was placed last begins. */
  private last = 0;

  constructor(
    private readonly nChannels: number,
    rate: number,
    private readonly speed: number,
  ) {
    this.hop = Math.round(HOP_S * rate);
    this.reach = Math.round(SEARCH_S * rate);
    this.stride = Math.max(1, Math.round(rate / COARSE_HZ));
    this.rising = Float32Array.from(
      { length: this.hop },
      (_, i) => Math.sin(((i + 0.5) / this.hop) * (Math.PI / 2)) ** 2,
    );
    this.channels = Array.from({ length: nChannels }, () => new Float32Array());
  }

  /** Take the next samples of every channel and give what is ready. */
  push(piece: readonly Float32Array[]): Float32Array[] {
    this.take(piece);
    let nReady = 0;
    while (this.nominal(this.nBlocks + nReady) + this.reach + 2 * this.hop <= this.nIn) nReady++;
    return this.blocks(nReady, nReady * this.hop);
  }

  /** Give the rest; all that came out is then as long as the input over the speed. */
  end(): Float32Array[] {
    const rest = Math.round(this.nIn / this.speed) - this.nOut;
    const missing = 2 * this.hop - this.nIn;
    if (missing > 0) this.take(this.channels.map(() => new Float32Array(missing)));
    return this.blocks(Math.ceil(rest / this.hop), rest);
  }

  private nominal(block: number): number {
    return Math.round(block * this.hop * this.speed);
  }

  private take(piece: readonly Float32Array[]): void {
    const from = Math.max(this.first, Math.min(this.last, this.nominal(this.nBlocks) - this.reach));
    const kept = this.nIn - from;
    const length = piece[0]?.length ?? 0;
    this.channels = this.channels.map((channel, i) => {
      const joined = new Float32Array(kept + length);
      joined.set(channel.subarray(from - this.first));
      joined.set(piece[i] as Float32Array, kept);
      return joined;
    });
    this.sum = this.channels[0] as Float32Array;
    if (this.nChannels > 1) {
      this.sum = this.sum.slice();
      for (const channel of this.channels.slice(1)) {
        for (let i = 0; i < channel.length; i++) (this.sum[i] as number) += channel[i] as number;
      }
    }
    this.first = from;
    this.nIn += length;
  }

  /** Each block fades from the natural continuation of the one before into its own beginning. */
  private blocks(count: number, length: number): Float32Array[] {
    const { hop, rising } = this;
    const out = this.channels.map(() => new Float32Array(count * hop));
    for (let block = 0; block < count; block++) {
      const begins = this.nBlocks === 0;
      const at = begins ? 0 : this.bestNear(this.nominal(this.nBlocks));
      const [from, before] = [at - this.first, this.last + hop - this.first];
      this.channels.forEach((channel, c) => {
        const to = out[c] as Float32Array;
        for (let i = 0; i < hop; i++) {
          const now = channel[from + i] as number;
          const continued = begins ? now : (channel[before + i] as number);
          to[block * hop + i] = continued + (now - continued) * (rising[i] as number);
        }
      });
      this.last = at;
      this.nBlocks += 1;
    }
    this.nOut += length;
    return out.map((channel) => channel.subarray(0, length));
  }

  /** Where near a place the input goes on most like the block before would have gone on. */
  private bestNear(nominal: number): number {
    const latest = this.nIn - 2 * this.hop;
    const high = Math.min(nominal + this.reach, latest);
    const low = Math.max(this.first, Math.min(nominal, high) - this.reach);
    const middle = Math.max(low, Math.min(nominal, high));
    const coarse = this.mostAlike(middle, low, high, this.stride);
    if (this.stride === 1) return coarse;
    return this.mostAlike(
      coarse,
      Math.max(low, coarse - this.stride),
      Math.min(high, coarse + this.stride),
      1,
    );
  }

  private mostAlike(start: number, low: number, high: number, stride: number): number {
    let [best, most] = [start, this.likeness(start, stride) + 1e-12];
    for (let at = low; at <= high; at += stride) {
      const likeness = this.likeness(at, stride);
      if (likeness > most) [best, most] = [at, likeness];
    }
    return best;
  }

  private likeness(at: number, stride: number): number {
    const { sum, hop } = this;
    const [from, before] = [at - this.first, this.last + hop - this.first];
    let [cross, energy] = [0, 1e-9];
    for (let i = 0; i < hop; i += stride) {
      const sample = sum[from + i] as number;
      cross += sample * (sum[before + i] as number);
      energy += sample * sample;
    }
    return cross / Math.sqrt(energy);
  }
}
