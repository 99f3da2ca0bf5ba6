// One answer's body into the partial file, watched: stalls, size, how far it is, and what is safe on disk.

import { describeByteSize } from '../core/byte-size.ts';
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import type { Answer } from '../http/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { PartialFile } from './partial-file.ts';
import { createStallWatch } from './stall-watch.ts';

export interface Transfer {
  readonly answer: Answer;
  readonly partial: PartialFile;
  /** How much the body shall bring; undefined where only its end tells. */
  readonly bodyBytes: number | undefined;
  /** How long no byte may come, in milliseconds. */
  readonly timeoutMs: number;
  /** Over a minute; 0 for no limit. */
  readonly minSpeedBytes: number;
  readonly maxSizeBytes: number | undefined;
  readonly clock: Clock;
  /** Called with each piece. */
  readonly onBytes: () => void;
  /** Called now and then, at least once a second. */
  readonly onTick: () => void;
}

/**
 * Reads the body to its end. What came until then is written in any case, also when it fails.
 * @throws Failure STALLED, TRUNCATED, TOO_LARGE, UNEXPECTED_ANSWER, of the connection, or of the volume
 */
export async function transfer(options: Transfer): Promise<void> {
  const { answer, partial, bodyBytes } = options;
  const limitBytes = options.maxSizeBytes ?? Number.POSITIVE_INFINITY;
  let paused = false;
  let received = 0;
  const over = new AbortController();

  partial.onRelief = () => {
    paused = false;
    answer.resume();
  };
  partial.onFault = (failure) => answer.close(failure);
  const reading = answer.receive((piece) => {
    received += piece.length;
    if (bodyBytes !== undefined && received > bodyBytes) {
      throw new Failure('UNEXPECTED_ANSWER', `the body is longer than announced (${bodyBytes} bytes)`);
    }
    if (partial.bytes + piece.length > limitBytes) {
      throw new Failure('TOO_LARGE', `the source is larger than ${describeByteSize(limitBytes)} (--max-size)`);
    }
    if (partial.append(piece)) {
      paused = true;
      answer.pause();
    }
    options.onBytes();
  });
  const watching = watch(options, () => paused, over.signal);
  try {
    await reading;
    if (bodyBytes !== undefined && received < bodyBytes) {
      throw new Failure('TRUNCATED', `the body ended after ${received} of ${bodyBytes} bytes`);
    }
  } finally {
    over.abort();
    await watching;
    partial.onRelief = () => {};
    partial.onFault = () => {};
    // a fault of the volume says more than the end of the connection that it caused
    await partial.drain();
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
