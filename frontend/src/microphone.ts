// The microphone before ipywebrtc gets it: may it be used, is there one, does it hear anything.

export type MicrophoneState =
  | "unknown"
  | "granted"
  | "prompt"
  | "refused"
  | "no_device"
  | "busy"
  | "insecure"
  | "unsupported";

export interface RecordingFormat {
  container: string;
  codecs: string;
}

/** What a browser may be able to write and Python can read, best first. */
const FORMATS: RecordingFormat[] = [
  { container: "webm", codecs: "opus" },
  { container: "mp4", codecs: "mp4a.40.2" },
  { container: "mp4", codecs: "opus" },
  { container: "ogg", codecs: "opus" },
];

const REASONS: Record<string, MicrophoneState> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "no_device",
  OverconstrainedError: "no_device",
  NotReadableError: "busy",
  AbortError: "busy",
};

const SILENCE_DB = -100;

export function recordingFormat(): RecordingFormat | null {
  if (typeof MediaRecorder === "undefined") return null;
  return (
    FORMATS.find(({ container, codecs }) =>
      MediaRecorder.isTypeSupported(`audio/${container}; codecs="${codecs}"`),
    ) ?? null
  );
}

/** What stands in the way, from the error that the browser gave. */
export function reasonOf(error: unknown): MicrophoneState {
  return REASONS[(error as { name?: string } | null)?.name ?? ""] ?? "busy";
}

export class Microphone {
  private stream: MediaStream | null = null;
  private context: AudioContext | null = null;
  private ear: AnalyserNode | null = null;
  private readonly samples = new Float32Array(1024);

  /** Ask the browser how things stand, without opening anything. */
  async look(changed: () => void, signal: AbortSignal): Promise<MicrophoneState> {
    if (!window.isSecureContext) return "insecure";
    if (!navigator.mediaDevices || !recordingFormat()) return "unsupported";
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      if (!devices.some(({ kind }) => kind === "audioinput")) return "no_device";
      const permission = await navigator.permissions.query({
        name: "microphone" as PermissionName,
      });
      permission.addEventListener("change", changed, { signal });
      return permission.state === "denied" ? "refused" : permission.state;
    } catch {
      return "prompt"; // not every browser tells beforehand
    }
  }

  /** Open it, so that the browser asks whom it has to ask; null, or what stands in the way. */
  async open(): Promise<MicrophoneState | null> {
    this.close();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: false });
    } catch (error) {
      return reasonOf(error);
    }
    this.context = new AudioContext();
    this.ear = this.context.createAnalyser();
    this.ear.fftSize = this.samples.length;
    this.context.createMediaStreamSource(this.stream).connect(this.ear);
    return null;
  }

  /** What it hears now, in dB re full scale. */
  level(): number {
    if (!this.ear) return SILENCE_DB;
    this.ear.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, x) => sum + x * x, 0) / this.samples.length;
    return power > 0 ? Math.max(SILENCE_DB, 10 * Math.log10(power)) : SILENCE_DB;
  }

  close(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context?.close();
    this.stream = this.context = this.ear = null;
  }
}
