// One answer's body into its place in the partial file, watched: stalls, size, and where it shall end.
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import type { Answer } from '../../http/agent.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PartialFile } from '../backstage/partial-file.ts';
import { createStallWatch } from './stall-watch.ts';

export interface Transfer {
  readonly answer: Answer;
  readonly partial: PartialFile;
  /** The place of the body's first byte. */
  readonly from: number;
  /** How much the body shall bring; undefined where only its end tells. */
  readonly bodyBytes: number | undefined;
  /** Told where the next byte will go; says where to stop, at the latest. The answer is closed there if it has more. */
  readonly end: (at: number) => number;
  /** How long no byte may come, in milliseconds. */
  readonly timeoutMs: number;
  /** Over a minute; 0 for no limit. */
  readonly minSpeedBytes: number;
  readonly maxSizeBytes: number | undefined;
  readonly clock: Clock;
  /** Called with each piece, with where the next one will go. */
  readonly onBytes: (at: number) => void;
  /** Called now and then, at least once a second. */
  readonly onTick: () => void;
}

/** The reason with which an answer is closed of which no more is needed. */
export const enough = new Failure('BUG', 'no more is needed');

// for whoever asks for room behind the end: nothing will come
const nowhere = new Uint8Array(1);

/**
 * Reads the body to its end, or to where it shall stop. What came until then is written in any case, also when it
 * fails.
 * @throws Failure STALLED, TRUNCATED, TOO_LARGE, UNEXPECTED_ANSWER, of the connection, or of the volume; `enough`
 */
export async function transfer(options: Transfer): Promise<void> {
  const { answer, partial, from, bodyBytes } = options;
  const limitBytes = options.maxSizeBytes ?? Number.POSITIVE_INFINITY;
  const bodyEnd = from + (bodyBytes ?? Number.POSITIVE_INFINITY);
  const writer = partial.writer(from);
  let end = options.end(from);
  let paused = false;
  const over = new AbortController();

  writer.onRelief = () => {
    paused = false;
    answer.resume();
  };
  const reading = answer.receiveInto({
    room: () => {
      const room = writer.room();
      const left = end - writer.at;
      return left <= 0 ? nowhere : room.length <= left ? room : room.subarray(0, left);
    },
    filled: (bytes) => {
      const at = writer.at + bytes;
      if (at > bodyEnd) {
        throw new Failure('UNEXPECTED_ANSWER', `the body is longer than announced (${bodyBytes} bytes)`);
      }
      if (at > limitBytes) {
        throw new Failure('TOO_LARGE', `the source is larger than ${describeByteSize(limitBytes)} (--max-size)`);
      }
      if (writer.at >= end) return false;
      paused = writer.filled(bytes);
      options.onBytes(at);
      end = options.end(at);
      if (at >= end && at < bodyEnd) answer.close(enough);
      return paused;
    },
  });
  const watching = watch(options, () => paused, over.signal);
  try {
    await reading;
    const received = writer.at - from;
    if (bodyBytes !== undefined && received < bodyBytes) {
      throw new Failure('TRUNCATED', `the body ended after ${received} of ${bodyBytes} bytes`);
    }
  } finally {
    over.abort();
    await watching;
    writer.onRelief = () => {};
    // a fault of the volume says more than the end of the connection that it caused
    await writer.end();
  }
}

async function watch(options: Transfer, isPaused: () => boolean, signal: AbortSignal): Promise<void> {
  const { answer, clock, timeoutMs, minSpeedBytes } = options;
  const stall = createStallWatch(clock.now());
  const tickMs = Math.max(10, Math.min(1_000, timeoutMs / 4));
  try {
    for (;;) {
      await clock.sleep(tickMs, signal);
      options.onTick();
      const { silentMs, bytesPerSecond } = stall.look(clock.now(), answer.bytesRead, isPaused());
      if (silentMs >= timeoutMs) {
        answer.close(new Failure('STALLED', `nothing came for ${describeDuration(silentMs)}`));
        return;
      }
      if (bytesPerSecond !== undefined && bytesPerSecond < minSpeedBytes) {
        const speed = `${describeByteSize(Math.round(bytesPerSecond))}/s`;
        answer.close(new Failure('STALLED', `only ${speed} came over a minute (--min-speed)`));
        return;
      }
    }
  } catch {
    // the body has ended
  }
}
