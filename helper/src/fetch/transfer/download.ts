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
import type { Backstage } from '../backstage/backstage.ts';
import { beginning, type Extent, totalBytes } from '../backstage/extents.ts';
import { checkSize, checkSpace } from '../backstage/free-space.ts';
import { fetchChecksum } from '../proof/checksum-list.ts';
import { KnownDigests } from '../proof/known-digests.ts';
import { wrongDigest } from '../proof/verify.ts';
import { type DownloadOptions, mostConnections } from './download-options.ts';
import { Holding, type Keeping } from './holding.ts';
import { createProgress, describeHeld } from './progress.ts';
import { receive } from './receive.ts';
import { createSources, type Sources } from './sources.ts';
import type { Supply, Whole } from './supply.ts';

// Ask, be told to ask otherwise, twice; more is a server that goes in circles.
const asksPerAttempt = 4;

export class Download implements Supply {
  readonly #options: DownloadOptions;
  readonly #agent: Agent;
  readonly #folder: string;
  readonly #runtime: Runtime;
  readonly #sources: Sources;
  readonly #digests: KnownDigests;
  readonly #keeping: Keeping;
  /** Whether the list of checksums was read. */
  #listed = false;
  #holding: Holding | undefined;
  /** Whether the server has shown that it mishandles If-Range. */
  #ifRangeFails = false;
  /** Whether the server has given another part than it was asked for, or parts may be why the digest was wrong. */
  #noParts = false;
  /** So much was there once: to have it again is no progress. */
  #mostBytes = 0;

  constructor(options: DownloadOptions, agent: Agent, backstage: Backstage, folder: string, runtime: Runtime) {
    this.#options = options;
    this.#agent = agent;
    this.#folder = folder;
    this.#runtime = runtime;
    this.#sources = createSources([options.source, ...options.mirrors]);
    this.#digests = new KnownDigests(options.expected);
    const beside = () => ({ source: options.sourceKey, ...this.#digests.said });
    this.#keeping = { backstage, runtime, beside };
  }

  get held(): { readonly bytes: number; readonly sizeBytes?: number } {
    const sizeBytes = this.#holding?.known.sizeBytes;
    return { bytes: this.#holding?.bytes ?? 0, ...(sizeBytes !== undefined && { sizeBytes }) };
  }

  /** Goes on with what another run left, if it can. */
  async takeOver(signal: AbortSignal): Promise<void> {
    const { sourceKey, checksumFrom, requireIntegrity } = this.#options;
    const digestKnown = this.#digests.given || checksumFrom !== undefined;
    // what only the server's digest can prove has to be asked for
    if (requireIntegrity && !digestKnown) return this.#keeping.backstage.clear();
    const known = { digestKnown, algorithms: this.#digests.algorithms };
    const leftover = await this.#keeping.backstage.takeOver(sourceKey, known, signal);
    if (leftover === undefined) return;
    this.#digests.remember(leftover.offered);
    const { source } = this.#options;
    this.#holding = Holding.takenOver(leftover, source, this.#keeping);
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
    await this.#holding?.close();
  }

  async #fromOneSource(attempt: Attempt): Promise<Whole> {
    let asking = this.#chooseAsking();
    for (let asked = 0; asked < asksPerAttempt; asked++) {
      const next = this.#holding?.isComplete ? undefined : await this.#ask(asking, attempt);
      if (next === undefined) {
        const whole = await this.#verify();
        if (whole !== undefined) return whole;
      }
      asking = next ?? 'whole';
    }
    throw new Failure('UNEXPECTED_ANSWER', 'the server gives a part of the file again and again, never the right one');
  }

  /** @param from the byte that is wanted first */
  #chooseAsking(from = this.#holding?.known.bytes ?? 0): Asking {
    this.#holding?.askOf(this.#sources.current);
    const held = this.#holding && { ...this.#holding.known, bytes: from };
    return chooseAsking(held, this.#digests.given, this.#ifRangeFails);
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
    const held = this.#holding?.known;
    const range = rangeHeaders(asking, held, this.#holding?.gapEnd);
    const answer = await ask(await this.#request(source, range, attempt));
    let read = false;
    try {
      const where = redactUrl(answer.url.href);
      const verdict = judgeAnswer(answer, asking, held, this.#digests.given, where);
      switch (verdict.kind) {
        case 'fail':
          throw refusal(verdict.failure, answer, this.#runtime.clock);
        case 'complete':
          this.#holding?.complete();
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
          this.#holding?.join();
      }
      this.#digests.offer(answer.header, verdict, this.#options.requireIntegrity, where);
      const holding = await this.#prepare(verdict, source);
      read = true;
      await this.#receive(holding, verdict, answer, attempt);
      return undefined;
    } finally {
      if (!read) answer.close();
    }
  }

  /** Makes sure that there is a place for the body, and that its state is on disk before its first byte is. */
  async #prepare({ validators, sizeBytes, bodyBytes, framed: isFramed }: Taken, source: string): Promise<Holding> {
    checkSize(sizeBytes, this.#options.maxSizeBytes);
    const written = this.#holding?.work.partial.written ?? [];
    const bytes = beginning(written);
    if (bodyBytes !== undefined) await checkSpace(this.#folder, bodyBytes - (totalBytes(written) - bytes));
    const known = { bytes, validators, source, isFramed, ...(sizeBytes !== undefined && { sizeBytes }) };
    if (this.#holding === undefined) {
      const { algorithms } = this.#digests;
      this.#holding = await Holding.begin(known, algorithms, this.#keeping);
    } else {
      await this.#holding.learn(known);
      this.#runtime.log.info(`going on at ${describeHeld(this.held)}`, { bytes });
    }
    return this.#holding;
  }

  async #receive(holding: Holding, taken: Taken, answer: Answer, attempt: Attempt): Promise<void> {
    const { sizeBytes, bodyBytes } = taken;
    const { connections } = this.#options;
    const { clock, log } = this.#runtime;
    const onBytes = (bytes: number) => {
      if (bytes <= this.#mostBytes) return;
      this.#mostBytes = bytes;
      attempt.progress();
    };
    const progress = createProgress(clock.now(), holding.bytes);
    const fixed = connections !== 'auto';
    const most = this.#noParts ? 1 : fixed ? Number(connections) : (this.#options.mostConnections ?? mostConnections);
    let isWhole = false;
    try {
      await receive({
        ...this.#options,
        ...{ answer, partial: holding.work.partial, bodyBytes, sizeBytes, clock, log, onBytes },
        connections: { most, fixed },
        askPart:
          holding.isInParts || mayGiveParts(taken, answer)
            ? (part) => this.#askPart(holding, part, attempt)
            : undefined,
        onParts: () => holding.comeInParts(),
        onTick: () => holding.upkeep.tick(progress, sizeBytes),
      });
      isWhole = sizeBytes === undefined;
    } finally {
      holding.ended(isWhole);
    }
  }

  async #askPart(holding: Holding, part: Extent, attempt: Attempt): Promise<Part> {
    try {
      const request = await this.#request(this.#sources.current, [], attempt);
      return await askPart(request, this.#chooseAsking(part[0]), holding.known, this.#digests.given, part);
    } catch (error) {
      this.#noParts ||= error instanceof NoParts;
      throw error;
    }
  }

  /** @returns undefined when a digest is wrong, and the parts of several answers may be why */
  async #verify(): Promise<Whole | undefined> {
    const holding = this.#holding;
    if (holding === undefined) throw new Failure('BUG', 'complete without a partial file');
    const { work, known, isJoined } = holding;
    const wrong = await wrongDigest(work.partial, this.#digests.all);
    if (wrong !== undefined) {
      // once more, in one answer
      this.#noParts = true;
      await this.#startOver('the digest is wrong');
      if (isJoined) return undefined;
      throw wrong;
    }
    const proof = this.#digests.all.length > 0 ? 'digest' : known.isFramed ? 'length' : 'none';
    return { work, sha256: await work.partial.digest('sha256'), proof };
  }

  /** Drops what is held. */
  async #startOver(why: string): Promise<void> {
    const holding = this.#holding;
    if (holding === undefined) return;
    if (holding.bytes > 0) this.#runtime.log.warn(`starting over (${describeHeld(this.held)} dropped): ${why}`);
    this.#holding = undefined;
    await holding.drop();
  }
}
