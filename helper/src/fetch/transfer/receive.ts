// The rest of an object into its partial file: over the connection that began it, and over more of them where, and as
// long as, they bring more. One that breaks costs nothing but itself; when the last one does, the attempt is over.
import { asFailure } from '../../core/failure.ts';
import type { Answer } from '../../http/agent.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { NoParts, type Part } from '../asking/ask-part.ts';
import { addExtent, type Extent, type Extents, gaps, totalBytes } from '../backstage/extents.ts';
import type { PartialFile } from '../backstage/partial-file.ts';
import { nextPart, slowest } from './parts.ts';
import { enough, transfer } from './transfer.ts';
import { createWidening, type Widening } from './widen.ts';

export interface Receiving {
  readonly answer: Answer;
  readonly partial: PartialFile;
  /** How much the answer's body shall bring; undefined where only its end tells. */
  readonly bodyBytes: number | undefined;
  /** Of the whole object, where it is known. */
  readonly sizeBytes: number | undefined;
  /** Asks for a part of it; undefined where the server gives none. */
  readonly askPart: ((part: Extent) => Promise<Part>) | undefined;
  /** At most so many; all of them at once, or as many as bring more. */
  readonly connections: { readonly most: number; readonly fixed: boolean };
  /** See parts.ts. */
  readonly partBytes?: number | undefined;
  /** Called before anything is written that does not follow what is there. */
  readonly onParts: () => Promise<void>;
  readonly timeoutMs: number;
  readonly minSpeedBytes: number;
  readonly maxSizeBytes: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each piece, with how much is there now, in whatever order. */
  readonly onBytes: (bytes: number) => void;
  /** Called now and then, at least once a second. */
  readonly onTick: () => void;
}

const lookMs = 25;

interface Lane {
  readonly from: number;
  at: number;
  to: number;
  readonly startMs: number;
  answer?: Answer;
  /** Where the body of its answer ends. */
  bodyEnd: number;
  hedged: boolean;
}

/** @throws Failure of the last connection; what came before it is kept */
export async function receive(options: Receiving): Promise<void> {
  const { partial, sizeBytes, clock, log, askPart, connections, partBytes } = options;
  const end = sizeBytes ?? Number.POSITIVE_INFINITY;
  const lanes = new Set<Lane>();
  let received: Extents = partial.written;
  const startBytes = totalBytes(received);
  let most = askPart === undefined ? 1 : connections.most;
  let state: 'in order' | 'telling' | 'told' = 'in order';
  let telling: Promise<void> | undefined;
  let partialFault: Error | undefined;
  let failure: Error | undefined;
  let brought = 0;
  // of the lanes that are over
  const done = { bytes: 0, ms: 0 };
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const widening: Widening = connections.fixed
    ? { connections: most, trying: false, look: () => {} }
    : createWidening(most);
  const wanted = () => Math.min(most, widening.connections);

  /** What a connection brings, as a rule. */
  const rate = () => {
    const nowMs = clock.now();
    const ms = [...lanes].reduce((sum, { startMs }) => sum + nowMs - startMs, done.ms);
    return ms <= 0 ? 0 : ([...lanes].reduce((sum, { at, from }) => sum + at - from, done.bytes) / ms) * 1_000;
  };
  const all = () => [...lanes].reduce((sum, { from, at }) => addExtent(sum, from, at), received);
  const nextBut = (claims: (lane: Lane) => boolean) =>
    nextPart({
      ...{ sizeBytes: end, received: all(), connections: wanted(), rate: rate(), partBytes },
      trying: widening.trying,
      claimed: [...lanes].filter(claims).map(({ at, to }) => [at, to]),
    });

  /** Goes on where an answer has more than its lane was to bring, and nobody else has begun to bring that. */
  const extend = (lane: Lane): number => {
    const wants = failure === undefined && lane.bodyEnd > lane.to;
    const more = wants ? nextBut(({ answer }) => answer !== undefined) : undefined;
    if (more !== undefined && more[0] === lane.to) lane.to = Math.min(more[1], lane.bodyEnd);
    return lane.to;
  };
  const bring = async (lane: Lane) => {
    if (lane.answer === undefined) {
      const part = await (askPart as NonNullable<typeof askPart>)([lane.from, lane.to]);
      lane.answer = part.answer;
      lane.bodyEnd = part.end;
      lane.to = Math.min(lane.to, part.end);
    }
    if (failure !== undefined) return lane.answer.close(failure);
    const { answer } = lane;
    const bodyBytes = Number.isFinite(lane.bodyEnd) ? lane.bodyEnd - lane.from : undefined;
    await transfer({
      ...{ ...options, answer, bodyBytes, from: lane.from },
      end: (at) => (at < lane.to ? lane.to : extend(lane)),
      onBytes: (at) => {
        brought += at - lane.at;
        lane.at = at;
        options.onBytes(startBytes + brought);
      },
    });
  };
  const begin = (lane: Lane) => {
    lanes.add(lane);
    bring(lane).then(
      () => over(lane, undefined),
      (error: Error) => over(lane, error === enough ? undefined : error),
    );
  };
  const over = (lane: Lane, error: Error | undefined) => {
    lanes.delete(lane);
    received = addExtent(received, lane.from, lane.at);
    done.bytes += lane.at - lane.from;
    done.ms += clock.now() - lane.startMs;
    if (error !== undefined && failure === undefined) {
      // what a volume cannot take, no other connection will bring
      const fatal = lanes.size === 0 || error === partialFault;
      if (fatal) return fail(error);
      most = error instanceof NoParts ? 1 : Math.max(1, most - 1);
      log.debug(`going on over ${Math.min(most, lanes.size)} connections: ${asFailure(error).message}`);
    }
    goOn();
  };
  const fail = (error: Error) => {
    failure ??= error;
    for (const { answer } of lanes) answer?.close(failure);
    if (lanes.size === 0) finish();
  };
  const fresh = (from: number, to: number): Lane => ({
    ...{ from, at: from, to, bodyEnd: to, startMs: clock.now(), hedged: false },
  });
  const goOn = () => {
    const missing = sizeBytes === undefined ? [] : gaps(all(), sizeBytes);
    for (const { at, to, answer } of lanes) {
      // somebody else has brought it
      const needed = sizeBytes === undefined || missing.some((gap) => gap[0] < to && gap[1] > at);
      if (!needed && at < to) answer?.close(enough);
    }
    if (missing.length === 0 || failure !== undefined) {
      if (lanes.size === 0) finish();
      return;
    }
    if (lanes.size >= wanted() || state === 'telling') return;
    if (state === 'told') return fill();
    state = 'telling';
    // the first one goes on with a part of its own; then the others find something to do
    for (const lane of wanted() > 1 ? lanes : [])
      lane.to = Math.min(lane.to, nextBut((one) => one !== lane)?.[1] ?? lane.to);
    telling = options.onParts().then(() => {
      state = 'told';
      goOn();
    }, fail);
  };
  const fill = () => {
    while (lanes.size < wanted() || lanes.size === 0) {
      const part = nextBut(() => true);
      if (part !== undefined) {
        begin(fresh(part[0], part[1]));
        continue;
      }
      const nowMs = clock.now();
      const slow = slowest(
        [...lanes].map((lane) => ({
          ...{ lane, at: lane.at, to: lane.to, hedged: lane.hedged },
          ...{ elapsedMs: nowMs - lane.startMs, bytes: lane.at - lane.from },
        })),
        rate(),
      );
      if (slow === undefined) return;
      slow.lane.hedged = true;
      begin({ ...fresh(slow.at, slow.to), hedged: true });
    }
  };
  const watch = async (signal: AbortSignal) => {
    for (;;) {
      const before = wanted();
      const answered = [...lanes].filter(({ answer }) => answer !== undefined).length;
      widening.look({ nowMs: clock.now(), bytes: brought, leftBytes: end - startBytes - brought, answered });
      if (wanted() !== before) log.info(`over ${wanted()} connections`, { connections: wanted() });
      goOn();
      await clock.sleep(lookMs, signal);
    }
  };

  partial.onFault = (error) => {
    partialFault = error;
    fail(error);
  };
  const from = partial.bytes;
  const bodyEnd = options.bodyBytes === undefined ? Number.POSITIVE_INFINITY : from + options.bodyBytes;
  const [gap] = sizeBytes === undefined ? [] : gaps(received, sizeBytes);
  begin({ ...fresh(from, Math.min(bodyEnd, gap?.[1] ?? bodyEnd)), bodyEnd, answer: options.answer });
  const stop = new AbortController();
  const watching =
    askPart === undefined || most === 1
      ? undefined
      : watch(stop.signal).catch((error) => stop.signal.aborted || fail(error));
  await finished;
  // what is written after the end would come back after it was removed
  await telling;
  stop.abort();
  await watching;
  partial.onFault = () => {};
  if (failure !== undefined) throw failure;
}
