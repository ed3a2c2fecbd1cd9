/** What becomes of a call, in milliseconds. */
interface Fate {
  /** Twilio does not take it. */
  readonly refusal?: { readonly status: number; readonly code: number };
  /** Null for one that does not ring. */
  readonly ringsMs?: number | null;
  /** How long it talks, where it is answered. */
  readonly talksMs?: number;
  /** How it ends that is not answered. */
  readonly status?: 'busy' | 'no-answer' | 'failed';
  readonly sipCode?: number;
  readonly errorCode?: number;
  readonly answeredBy?: string;
}

/** Fates by the last four digits of a number, as the simulator's are; `Infinity` is until it is hung up or times out. */
const FATES: Readonly<Record<string, Fate>> = {
  '0001': { ringsMs: 300, talksMs: 1_000 },
  '0002': { ringsMs: null, status: 'busy', sipCode: 486 },
  '0003': { ringsMs: Infinity },
  '0004': { ringsMs: 200, status: 'busy', sipCode: 603 },
  '0005': { ringsMs: 300, talksMs: 1_500, answeredBy: 'machine_start' },
  '0006': { ringsMs: null, status: 'failed', sipCode: 404 },
  '0007': { ringsMs: null, status: 'failed', sipCode: 480 },
  '0008': { refusal: { status: 429, code: 10004 } },
  '0009': { ringsMs: 300, status: 'failed', sipCode: 503 },
  '0010': { refusal: { status: 400, code: 21215 } },
  '0012': { ringsMs: 200, talksMs: Infinity },
  '0013': { ringsMs: null, status: 'failed', errorCode: 13224 },
  '0016': { refusal: { status: 400, code: 21217 } },
};

/** What becomes of a call to this number; others are answered. */
export const fateOf = (to: string): Fate =>
  FATES[/(\d{4})(?:@.*)?$/.exec(to)?.[1] ?? ''] ?? { ringsMs: 200, talksMs: 500 };

/** How long a call is queued, and then dialed before it rings or fails, in milliseconds. */
const QUEUED_MS = 50;
const DIALED_MS = 50;
/** How soon the detection has made out who answers, in milliseconds: at Twilio some 4 s. */
const DETECTED_MS = 400;

interface Told {
  readonly to: 'StatusCallback' | 'AsyncAmdStatusCallback';
  readonly form: URLSearchParams;
}

/** A call of the stub: it goes on by itself, whoever asks. */
export class StubCall {
  readonly sid: string;
  readonly params: URLSearchParams;
  readonly createdAt = Date.now();
  status = 'queued';
  startedAt: number | null = null;
  answeredAt: number | null = null;
  endedAt: number | null = null;
  answeredBy: string | null = null;
  readonly #fate: Fate;
  readonly #tell: (told: Told) => void;
  #timers: NodeJS.Timeout[] = [];
  #sequence = 0;

  constructor(sid: string, params: URLSearchParams, tell: (told: Told) => void) {
    this.sid = sid;
    this.params = params;
    this.#tell = tell;
    this.#fate = fateOf(params.get('To') ?? '');
    this.#after(QUEUED_MS, () => this.#dial());
  }

  /** Ends it as `canceled` or `completed`; answers whether its state let it. */
  end(status: string): boolean {
    if (this.endedAt !== null) return false;
    if (status === 'canceled' && this.answeredAt !== null) return false;
    this.#over(this.answeredAt === null ? 'canceled' : 'completed', this.answeredAt === null ? 487 : 200);
    return true;
  }

  /** Stops it without an end: the test is over. */
  forget(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  toJson(accountSid: string): object {
    const { sid, status, params, answeredBy } = this;
    return {
      sid,
      account_sid: accountSid,
      status,
      direction: 'outbound-api',
      to: params.get('To'),
      from: params.get('From'),
      answered_by: answeredBy,
      date_created: rfc2822(this.createdAt),
      date_updated: rfc2822(Date.now()),
      start_time: rfc2822(this.startedAt),
      end_time: rfc2822(this.endedAt),
      duration: this.endedAt === null ? null : String(this.#seconds),
    };
  }

  #dial(): void {
    const { ringsMs = 0, status } = this.#fate;
    this.startedAt = Date.now();
    this.#is('initiated');
    if (ringsMs === null) return this.#after(DIALED_MS, () => this.#over(status ?? 'failed'));
    this.#after(DIALED_MS, () => this.#is('ringing'));
    const timeoutMs = Number(this.params.get('Timeout') ?? 60) * 1_000;
    this.#after(DIALED_MS + Math.min(ringsMs, timeoutMs), () => {
      if (ringsMs >= timeoutMs) this.#over('no-answer', 487);
      else if (status !== undefined) this.#over(status);
      else this.#answer();
    });
  }

  #answer(): void {
    this.answeredAt = Date.now();
    this.#is('in-progress');
    const { talksMs = 0, answeredBy = 'human' } = this.#fate;
    const limitMs = Number(this.params.get('TimeLimit') ?? 14_400) * 1_000;
    const lastsMs = Math.min(talksMs, limitMs);
    if (lastsMs < Infinity) this.#after(lastsMs, () => this.#over('completed', 200));
    if (this.params.get('MachineDetection') === 'Enable') this.#after(DETECTED_MS, () => this.#detected(answeredBy));
  }

  #detected(answeredBy: string): void {
    this.answeredBy = answeredBy;
    const fields = { CallSid: this.sid, AnsweredBy: answeredBy, MachineDetectionDuration: String(DETECTED_MS) };
    this.#tell({ to: 'AsyncAmdStatusCallback', form: new URLSearchParams(fields) });
  }

  #over(status: string, sipCode = this.#fate.sipCode): void {
    this.forget();
    this.endedAt = Date.now();
    const { errorCode } = this.#fate;
    this.#is(status, {
      CallDuration: String(this.#seconds),
      Duration: String(Math.ceil(this.#seconds / 60)),
      ...(sipCode === undefined ? {} : { SipResponseCode: String(sipCode) }),
      ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
    });
  }

  /** Tells what was asked for: each end is the event `completed`. */
  #is(status: string, more: Record<string, string> = {}): void {
    this.status = status;
    const event = this.endedAt !== null ? 'completed' : status === 'in-progress' ? 'answered' : status;
    if (!this.params.getAll('StatusCallbackEvent').includes(event)) return;
    const form = new URLSearchParams({
      CallSid: this.sid,
      CallStatus: status,
      To: this.params.get('To') ?? '',
      From: this.params.get('From') ?? '',
      Direction: 'outbound-api',
      Timestamp: rfc2822(Date.now()) ?? '',
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequence++),
      ApiVersion: '2010-04-01',
      ...more,
    });
    this.#tell({ to: 'StatusCallback', form });
  }

  get #seconds(): number {
    if (this.answeredAt === null || this.endedAt === null) return 0;
    return Math.round((this.endedAt - this.answeredAt) / 1_000);
  }

  #after(ms: number, then: () => void): void {
    // Longer than Node's longest timer is for ever.
    if (ms < 2 ** 31) this.#timers.push(setTimeout(then, ms));
  }
}

const rfc2822 = (epoch: number | null): string | null =>
  epoch === null ? null : new Date(epoch).toUTCString().replace('GMT', '+0000');
