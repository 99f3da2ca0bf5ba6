// One object, over as many attempts as it takes: asks, judges the answers, keeps what came.
import { describeByteSize } from '../core/byte-size.ts';
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import type { Agent, Answer } from '../http/agent.ts';
import type { Header } from '../http/header-values.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import type { Attempt } from '../retry/retry.ts';
import type { Runtime } from '../runtime.ts';
import { type Backstage, heartbeatMs, type StateOfWork, type Work } from './backstage.ts';
import { checkSpace } from './free-space.ts';
import { createProgress, type Progress } from './progress.ts';
import { type Asking, chooseAsking, type Held, judgeAnswer, rangeHeaders, type Taken } from './resume.ts';
import { transfer } from './transfer.ts';

export interface DownloadOptions {
  readonly source: string;
  /** See partial-state.ts. */
  readonly sourceKey: string;
  readonly sha256: string | undefined;
  readonly timeoutMs: number;
  readonly maxSizeBytes: number | undefined;
  readonly maxRedirects: number;
  /** The user's headers, read anew for each request. */
  readonly headers: () => Promise<readonly Header[]>;
}

/** What is there when it is whole. */
export interface Whole {
  readonly work: Work;
  readonly sha256: string;
  /** False when nothing told the end of the body from a connection that broke. */
  readonly proven: boolean;
}

// Ask, be told to ask otherwise, twice; more is a server that goes in circles.
const asksPerAttempt = 4;
// How much may be lost when the node loses power.
const flushEveryBytes = 64 << 20;

export class Download {
  readonly #options: DownloadOptions;
  readonly #agent: Agent;
  readonly #backstage: Backstage;
  readonly #folder: string;
  readonly #runtime: Runtime;
  #work: Work | undefined;
  #held: Held | undefined;
  #proven = false;
  /** Whether what is held came in more than one answer. */
  #joined = false;
  #ifRangeFails = false;
  #mostBytes = 0;
  #progress: Progress | undefined;
  #flushedBytes = 0;
  #flushing: Promise<void> | undefined;
  #beatMs = 0;

  constructor(options: DownloadOptions, agent: Agent, backstage: Backstage, folder: string, runtime: Runtime) {
    this.#options = options;
    this.#agent = agent;
    this.#backstage = backstage;
    this.#folder = folder;
    this.#runtime = runtime;
  }

  /** Bytes that are held, and the size where it is known. */
  get held(): { readonly bytes: number; readonly sizeBytes?: number } {
    return this.#held ?? { bytes: 0 };
  }

  /** Goes on with what another run left, if it can. */
  async takeOver(signal: AbortSignal): Promise<void> {
    const { sourceKey, sha256 } = this.#options;
    const leftover = await this.#backstage.takeOver(sourceKey, sha256 !== undefined, signal);
    if (leftover === undefined) return;
    this.#work = leftover.work;
    this.#held = leftover.held;
    this.#joined = true;
    this.#proven = leftover.held.sizeBytes !== undefined;
    this.#mostBytes = leftover.held.bytes;
    this.#runtime.log.info(`an earlier run left ${describeHeld(leftover.held)}`, { bytes: leftover.held.bytes });
  }

  /** One attempt. @throws Failure, which says whether another one may help */
  async attempt(attempt: Attempt): Promise<Whole> {
    let asking = chooseAsking(this.#held, this.#options.sha256 !== undefined, this.#ifRangeFails);
    for (let asked = 0; asked < asksPerAttempt; asked++) {
      if (!this.#isComplete()) {
        const next = await this.#ask(asking, attempt);
        if (next !== undefined) {
          asking = next;
          continue;
        }
      }
      const whole = await this.#verify();
      if (whole !== undefined) return whole;
      asking = 'whole';
    }
    throw new Failure('UNEXPECTED_ANSWER', 'the server gives a part of the file again and again, never the right one');
  }

  /** Lets go of everything. What came stays for another run. */
  async close(): Promise<void> {
    this.#agent.close();
    await this.#flushing;
    if (this.#work === undefined) return;
    await this.#work.partial.drain().catch(() => {});
    await this.#work.partial.close().catch(() => {});
  }

  #isComplete(): boolean {
    return this.#held !== undefined && this.#held.bytes === this.#held.sizeBytes;
  }

  /** @returns how to ask again at once; undefined when everything came */
  async #ask(asking: Asking, attempt: Attempt): Promise<Asking | undefined> {
    const { sha256, source } = this.#options;
    const answer = await this.#request(asking, attempt.signal);
    let read = false;
    try {
      const where = redactUrl(answer.url.href);
      const verdict = judgeAnswer(answer, asking, this.#held, sha256 !== undefined, where);
      switch (verdict.kind) {
        case 'fail':
          throw this.#refusal(verdict.failure, answer);
        case 'complete':
          this.#held = { ...(this.#held as Held), sizeBytes: this.held.bytes };
          this.#proven = true;
          return undefined;
        case 'ask':
          this.#runtime.log.debug(`asking otherwise: ${verdict.why}`, { source: redactUrl(source) });
          if (verdict.asking === 'bare') this.#ifRangeFails = true;
          else await this.#startOver(verdict.why);
          return verdict.asking;
        case 'replace':
          await this.#startOver('the server sent the whole file');
          break;
        case 'append':
          this.#joined = true;
      }
      read = true;
      await this.#receive(verdict, answer, attempt);
      return undefined;
    } finally {
      if (!read) answer.close();
    }
  }

  /** Sends the request, and waits for the head of the answer no longer than the timeout. */
  async #request(asking: Asking, signal: AbortSignal): Promise<Answer> {
    const { timeoutMs, source, maxRedirects } = this.#options;
    const { clock } = this.#runtime;
    const headers = await this.#options.headers();
    const late = new AbortController();
    const answered = new AbortController();
    let doing = 'looking for the server';
    clock.sleep(timeoutMs, answered.signal).then(
      () => late.abort(new Failure('TIMED_OUT', `no answer within ${describeDuration(timeoutMs)}, ${doing}`)),
      () => {},
    );
    try {
      return await this.#agent.request({
        method: 'GET',
        url: source,
        headers,
        ownHeaders: rangeHeaders(asking, this.#held),
        maxRedirects,
        signal: AbortSignal.any([signal, late.signal]),
        onPhase: (phase) => {
          doing = phase.kind === 'resolve' ? `looking up ${phase.name}` : `from ${phase.endpoint}`;
        },
      });
    } finally {
      answered.abort();
    }
  }

  async #receive(taken: Taken, answer: Answer, attempt: Attempt): Promise<void> {
    const { clock, log } = this.#runtime;
    const { timeoutMs, maxSizeBytes } = this.#options;
    const { validators, sizeBytes, bodyBytes } = taken;
    let work: Work;
    try {
      const startBytes = this.#work?.partial.bytes ?? 0;
      if (maxSizeBytes !== undefined && (sizeBytes ?? 0) > maxSizeBytes) {
        const sizes = `${describeByteSize(sizeBytes ?? 0)}, more than the ${describeByteSize(maxSizeBytes)} of --max-size`;
        throw new Failure('TOO_LARGE', `the source has ${sizes}`, { details: { sizeBytes: sizeBytes ?? 0 } });
      }
      if (bodyBytes !== undefined) await checkSpace(this.#folder, bodyBytes);
      this.#held = { bytes: startBytes, validators, ...(sizeBytes !== undefined && { sizeBytes }) };
      this.#proven = taken.framed;
      work = this.#work ??= await this.#backstage.begin(this.#state(this.#held, 0));
      this.#progress = createProgress(clock.now(), startBytes);
      if (startBytes > 0) log.info(`going on at ${describeHeld(this.#held)}`, { bytes: startBytes });
    } catch (error) {
      answer.close();
      throw error;
    }
    const { partial } = work;
    try {
      await transfer({
        answer,
        partial,
        bodyBytes,
        timeoutMs,
        maxSizeBytes,
        clock,
        onBytes: () => {
          if (partial.bytes <= this.#mostBytes) return;
          this.#mostBytes = partial.bytes;
          attempt.progress();
        },
        onTick: () => this.#tick(work),
      });
      // without a length, the end of the body is the end of the object
      if (sizeBytes === undefined) this.#held = { ...this.#held, bytes: partial.bytes, sizeBytes: partial.bytes };
    } finally {
      this.#held = { ...this.#held, bytes: partial.bytes };
    }
  }

  #tick(work: Work): void {
    const { clock, log } = this.#runtime;
    const { bytes } = work.partial;
    const line = this.#progress?.look(clock.now(), bytes, this.#held?.sizeBytes);
    if (line !== undefined) log.info(line.message, line.fields);
    if (bytes - this.#flushedBytes >= flushEveryBytes) this.#flush(work);
    if (clock.now() - this.#beatMs >= heartbeatMs) {
      this.#beatMs = clock.now();
      void this.#backstage.beat(work);
    }
  }

  /** Brings what is written to the disk, beside the download; one flush at a time. */
  #flush(work: Work): void {
    this.#flushing ??= (async () => {
      try {
        this.#flushedBytes = await work.partial.flush();
        if (this.#held === undefined || this.#work !== work) return;
        await this.#backstage.saveState(work, this.#state(this.#held, this.#flushedBytes));
      } catch (error) {
        work.partial.onFault(error as Error);
      } finally {
        this.#flushing = undefined;
      }
    })();
  }

  #state({ validators, sizeBytes }: Held, flushedBytes: number): StateOfWork {
    const size = sizeBytes === undefined ? {} : { sizeBytes };
    return { source: this.#options.sourceKey, validators, ...size, flushedBytes };
  }

  /** @returns undefined when the digest is wrong, and the parts of several answers may be why */
  async #verify(): Promise<Whole | undefined> {
    const work = this.#work;
    if (work === undefined) throw new Failure('BUG', 'complete without a partial file');
    await work.partial.drain();
    const sha256 = work.partial.sha256();
    const expected = this.#options.sha256?.toLowerCase();
    if (expected === undefined || expected === sha256) return { work, sha256, proven: this.#proven };
    if (this.#joined) {
      await this.#startOver('the digest is wrong');
      return undefined;
    }
    const { bytes } = work.partial;
    await this.#startOver('the digest is wrong');
    throw new Failure('INTEGRITY_MISMATCH', `the SHA-256 of the ${bytes} bytes is ${sha256}, not ${expected}`, {
      hint: 'The source has changed, or the digest is that of another file',
      details: { sha256, expected, bytes },
    });
  }

  /** Drops what is held. */
  async #startOver(why: string): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    const held = this.#held;
    this.#held = undefined;
    this.#joined = false;
    this.#flushedBytes = 0;
    if (work === undefined) return;
    await this.#flushing;
    if (held !== undefined && held.bytes > 0)
      this.#runtime.log.warn(`starting over (${describeHeld(held)} dropped): ${why}`);
    await this.#backstage.drop(work);
  }

  /** Adds to a refusal what only the answer knows. */
  #refusal(failure: Failure, answer: Answer): Failure {
    const { clock } = this.#runtime;
    const retryAfterMs = parseRetryAfter(answer.header('retry-after'), answer.header('date'), clock.wallTime());
    const leftOut = !answer.trusted && (answer.status === 401 || answer.status === 403);
    const hint = leftOut
      ? 'A redirect led to another origin, and the headers and credentials were not sent there; name its URL as the source'
      : failure.hint;
    return new Failure(failure.code, failure.message, {
      ...(hint !== undefined && { hint }),
      details: { ...failure.details, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    });
  }
}

export function describeHeld({ bytes, sizeBytes }: { readonly bytes: number; readonly sizeBytes?: number }): string {
  return sizeBytes === undefined
    ? describeByteSize(bytes)
    : `${describeByteSize(bytes)} of ${describeByteSize(sizeBytes)}`;
}
