// One object, over as many attempts as it takes: asks, judges the answers, keeps what came.
import { asFailure, Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import type { Agent, Answer } from '../../http/agent.ts';
import type { Header } from '../../http/header-values.ts';
import type { Attempt } from '../../retry/retry.ts';
import type { Runtime } from '../../runtime.ts';
import { type Ask, ask, refusal } from '../asking/ask.ts';
import { askPart, mayGiveParts, NoParts, type Part } from '../asking/ask-part.ts';
import { type Asking, chooseAsking, judgeAnswer, rangeHeaders, type Taken } from '../asking/resume.ts';
import type { Backstage, StateOfWork, Work } from '../backstage/backstage.ts';
import { beginning, type Extent, type Extents, gaps, totalBytes } from '../backstage/extents.ts';
import { checkSize, checkSpace } from '../backstage/free-space.ts';
import type { Held } from '../backstage/validators.ts';
import { fetchChecksum } from '../proof/checksum-list.ts';
import { KnownDigests } from '../proof/known-digests.ts';
import { wrongDigest } from '../proof/verify.ts';
import { type DownloadOptions, mostConnections } from './download-options.ts';
import { createProgress, describeHeld } from './progress.ts';
import { receive } from './receive.ts';
import { createSources, type Sources } from './sources.ts';
import type { Supply, Whole } from './supply.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';

// Ask, be told to ask otherwise, twice; more is a server that goes in circles.
const asksPerAttempt = 4;

export class Download implements Supply {
  readonly #options: DownloadOptions;
  readonly #agent: Agent;
  readonly #backstage: Backstage;
  readonly #folder: string;
  readonly #runtime: Runtime;
  readonly #sources: Sources;
  readonly #digests: KnownDigests;
  #listed = false;
  #work: Work | undefined;
  #held: Held | undefined;
  /** Whose validators those of `#held` are. */
  #heldFrom: string;
  #framed = false;
  /** Whether what is held came in more than one answer. */
  #joined = false;
  #ifRangeFails = false;
  /** Whether what is written does not all follow the beginning. */
  #inParts = false;
  /** Whether the server has given another part than it was asked for, or parts may be why the digest was wrong. */
  #noParts = false;
  #mostBytes = 0;
  #upkeep: Upkeep | undefined;

  constructor(options: DownloadOptions, agent: Agent, backstage: Backstage, folder: string, runtime: Runtime) {
    this.#options = options;
    this.#agent = agent;
    this.#backstage = backstage;
    this.#folder = folder;
    this.#runtime = runtime;
    this.#sources = createSources([options.source, ...options.mirrors]);
    this.#heldFrom = options.source;
    this.#digests = new KnownDigests(options.expected);
  }

  get held(): { readonly bytes: number; readonly sizeBytes?: number } {
    return { ...this.#held, bytes: this.#work === undefined ? 0 : totalBytes(this.#work.partial.written) };
  }

  /** Goes on with what another run left, if it can. */
  async takeOver(signal: AbortSignal): Promise<void> {
    const { sourceKey, checksumFrom, requireIntegrity } = this.#options;
    const digestKnown = this.#digests.given || checksumFrom !== undefined;
    // what only the server's digest can prove has to be asked for
    if (requireIntegrity && !digestKnown) return;
    const known = { digestKnown, algorithms: this.#digests.algorithms };
    const leftover = await this.#backstage.takeOver(sourceKey, known, signal);
    if (leftover === undefined) return;
    this.#work = leftover.work;
    this.#held = leftover.held;
    this.#digests.remember(leftover.offered);
    this.#joined = true;
    this.#framed = leftover.held.sizeBytes !== undefined;
    this.#inParts = leftover.work.partial.written.length > 1;
    this.#mostBytes = this.held.bytes;
    this.#runtime.log.info(`an earlier run left ${describeHeld(this.held)}`, { bytes: this.#mostBytes });
  }

  /** One attempt. @throws Failure, which says whether another one may help */
  async attempt(attempt: Attempt): Promise<Whole> {
    for (;;) {
      try {
        await this.#readList(attempt);
        return await this.#fromOneSource(attempt);
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (attempt.signal.aborted || !this.#sources.failed(failure)) throw failure;
        this.#runtime.log.warn(`${failure.message}; going on to the next mirror`, { code: failure.code });
      }
    }
  }

  /** Lets go of everything. What came stays for another run. */
  async close(): Promise<void> {
    this.#agent.close();
    await this.#upkeep?.end();
    if (this.#work === undefined) return;
    await this.#work.partial.drain().catch(() => {});
    if (this.#inParts && this.#held !== undefined) {
      await this.#backstage.saveState(this.#work, this.#state(this.#held, this.#upkeep?.flushed ?? [])).catch(() => {});
    }
    await this.#work.partial.close().catch(() => {});
  }

  async #fromOneSource(attempt: Attempt): Promise<Whole> {
    let asking = this.#chooseAsking();
    for (let asked = 0; asked < asksPerAttempt; asked++) {
      const complete = this.#held !== undefined && this.#held.bytes === this.#held.sizeBytes;
      const next = complete ? undefined : await this.#ask(asking, attempt);
      if (next === undefined) {
        const whole = await this.#verify();
        if (whole !== undefined) return whole;
      }
      asking = next ?? 'whole';
    }
    throw new Failure('UNEXPECTED_ANSWER', 'the server gives a part of the file again and again, never the right one');
  }

  /** @param from the byte that is wanted first */
  #chooseAsking(from = this.#held?.bytes ?? 0): Asking {
    // another source's validators mean nothing here: the digest, without which there are no mirrors, decides
    if (this.#held !== undefined && this.#heldFrom !== this.#sources.current) {
      this.#held = { ...this.#held, validators: {} };
    }
    return chooseAsking(this.#held && { ...this.#held, bytes: from }, this.#digests.given, this.#ifRangeFails);
  }

  async #readList(attempt: Attempt): Promise<void> {
    const { checksumFrom, name } = this.#options;
    if (checksumFrom === undefined || this.#listed) return;
    const listed = await fetchChecksum(await this.#request(checksumFrom, [], attempt), name);
    this.#digests.give(listed);
    this.#listed = true;
  }

  async #request(url: string, ownHeaders: readonly Header[], attempt: Attempt): Promise<Ask> {
    const { maxRedirects, timeoutMs, headers } = this.#options;
    return {
      ...{ agent: this.#agent, clock: this.#runtime.clock, url, ownHeaders, maxRedirects, timeoutMs },
      headers: await headers(url),
      signal: attempt.signal,
    };
  }

  /** @returns how to ask again at once; undefined when everything came */
  async #ask(asking: Asking, attempt: Attempt): Promise<Asking | undefined> {
    const source = this.#sources.current;
    // of what came in parts, what is missing first: not what lies behind it already
    const gapEnd = this.#inParts
      ? gaps(this.#work?.partial.written ?? [], this.#held?.sizeBytes ?? 0)[0]?.[1]
      : undefined;
    const to = gapEnd === this.#held?.sizeBytes ? undefined : gapEnd;
    const answer = await ask(await this.#request(source, rangeHeaders(asking, this.#held, to), attempt));
    let read = false;
    try {
      const where = redactUrl(answer.url.href);
      const verdict = judgeAnswer(answer, asking, this.#held, this.#digests.given, where);
      switch (verdict.kind) {
        case 'fail':
          throw refusal(verdict.failure, answer, this.#runtime.clock);
        case 'complete':
          this.#held = { ...(this.#held as Held), sizeBytes: this.#held?.bytes ?? 0 };
          this.#framed = true;
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
      this.#digests.offer(answer.header, verdict, this.#options.requireIntegrity, where);
      const work = await this.#prepare(verdict, source);
      read = true;
      await this.#receive(work, verdict, answer, attempt);
      return undefined;
    } finally {
      if (!read) answer.close();
    }
  }

  /** Makes sure that there is a place for the body, and that its state is on disk before its first byte is. */
  async #prepare({ validators, sizeBytes, bodyBytes, framed }: Taken, source: string): Promise<Work> {
    checkSize(sizeBytes, this.#options.maxSizeBytes);
    const written = this.#work?.partial.written ?? [];
    const bytes = beginning(written);
    if (bodyBytes !== undefined) await checkSpace(this.#folder, bodyBytes - (totalBytes(written) - bytes));
    this.#held = { bytes, validators, ...(sizeBytes !== undefined && { sizeBytes }) };
    this.#heldFrom = source;
    this.#framed = framed;
    if (this.#work === undefined) {
      this.#work = await this.#backstage.begin(this.#state(this.#held, []), this.#digests.algorithms);
    } else {
      await this.#backstage.saveState(this.#work, this.#state(this.#held, this.#upkeep?.flushed ?? []));
      this.#runtime.log.info(`going on at ${describeHeld(this.held)}`, { bytes });
    }
    return this.#work;
  }

  async #receive(work: Work, taken: Taken, answer: Answer, attempt: Attempt): Promise<void> {
    const { partial } = work;
    const { sizeBytes, bodyBytes } = taken;
    const { connections } = this.#options;
    const { clock } = this.#runtime;
    const onBytes = (bytes: number) => {
      // to have again what was held before is no progress
      if (bytes <= this.#mostBytes) return;
      this.#mostBytes = bytes;
      attempt.progress();
    };
    const progress = createProgress(clock.now(), this.held.bytes);
    this.#upkeep ??= createUpkeep(work, this.#backstage, this.#runtime, {
      state: (flushed) => this.#state(this.#held as Held, flushed),
      inParts: () => this.#inParts,
    });
    const upkeep = this.#upkeep;
    const fixed = connections !== 'auto';
    const most = this.#noParts ? 1 : fixed ? Number(connections) : (this.#options.mostConnections ?? mostConnections);
    try {
      await receive({
        ...this.#options,
        ...{ answer, partial, bodyBytes, sizeBytes, clock, log: this.#runtime.log, onBytes },
        connections: { most, fixed },
        askPart: this.#inParts || mayGiveParts(taken, answer) ? (part) => this.#askPart(part, attempt) : undefined,
        onParts: async () => {
          this.#inParts = true;
          this.#joined = true;
          await this.#backstage.saveState(work, this.#state(this.#held as Held, upkeep.flushed));
        },
        onTick: () => upkeep.tick(progress, sizeBytes),
      });
      // without a length, the end of the body is the end of the object
      if (sizeBytes === undefined) this.#held = { ...(this.#held as Held), sizeBytes: partial.bytes };
    } finally {
      this.#held = { ...(this.#held as Held), bytes: partial.bytes };
    }
  }

  async #askPart(part: Extent, attempt: Attempt): Promise<Part> {
    try {
      const request = await this.#request(this.#sources.current, [], attempt);
      return await askPart(request, this.#chooseAsking(part[0]), this.#held as Held, this.#digests.given, part);
    } catch (error) {
      this.#noParts ||= error instanceof NoParts;
      throw error;
    }
  }

  #state({ validators, sizeBytes }: Held, flushed: Extents): StateOfWork {
    const size = sizeBytes === undefined ? {} : { sizeBytes };
    const parts = this.#inParts && { parts: { written: this.#work?.partial.written ?? [], flushed } };
    const known = { source: this.#options.sourceKey, validators, ...size, ...this.#digests.said };
    return { ...known, flushedBytes: beginning(flushed), ...parts };
  }

  /** @returns undefined when a digest is wrong, and the parts of several answers may be why */
  async #verify(): Promise<Whole | undefined> {
    const work = this.#work;
    if (work === undefined) throw new Failure('BUG', 'complete without a partial file');
    const wrong = await wrongDigest(work.partial, this.#digests.all);
    if (wrong !== undefined) {
      const joined = this.#joined;
      // once more, in one answer
      this.#noParts = true;
      await this.#startOver('the digest is wrong');
      if (joined) return undefined;
      throw wrong;
    }
    const proof = this.#digests.all.length > 0 ? 'digest' : this.#framed ? 'length' : 'none';
    return { work, sha256: await work.partial.digest('sha256'), proof };
  }

  /** Drops what is held. */
  async #startOver(why: string): Promise<void> {
    const work = this.#work;
    const { held } = this;
    this.#work = undefined;
    this.#held = undefined;
    this.#joined = false;
    this.#inParts = false;
    if (work === undefined) return;
    await this.#upkeep?.end();
    this.#upkeep = undefined;
    if (held.bytes > 0) this.#runtime.log.warn(`starting over (${describeHeld(held)} dropped): ${why}`);
    await this.#backstage.drop(work);
  }
}
