// How far a download is: now and then a line, never a flood. Pure: time is passed in.
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import type { LogFields } from '../../ports/log.ts';

// The first line soon, so that one sees that it moves; later ones further apart: a download of an hour makes 65 lines.
const firstMs = 5_000;
const longestMs = 60_000;
// The rate is that of the last lines, not of the beginning.
const windowMs = 30_000;

export interface Progress {
  /** A line, when it is time for one. */
  look(nowMs: number, bytes: number, sizeBytes: number | undefined): { message: string; fields: LogFields } | undefined;
}

export function createProgress(startMs: number, startBytes: number): Progress {
  let nextMs = startMs + firstMs;
  let pauseMs = firstMs;
  let samples = [{ atMs: startMs, bytes: startBytes }];
  return {
    look: (nowMs, bytes, sizeBytes) => {
      if (nowMs < nextMs) return undefined;
      pauseMs = Math.min(longestMs, pauseMs * 1.5);
      nextMs = nowMs + pauseMs;
      samples = [
        ...samples.filter(({ atMs }, index) => index === samples.length - 1 || nowMs - atMs <= windowMs),
        { atMs: nowMs, bytes },
      ];
      const from = samples[0] ?? { atMs: startMs, bytes: startBytes };
      const rate = nowMs > from.atMs ? Math.max(0, ((bytes - from.bytes) / (nowMs - from.atMs)) * 1_000) : 0;
      return describeProgress(bytes, sizeBytes, rate);
    },
  };
}

/** @param rate bytes a second */
export function describeProgress(
  bytes: number,
  sizeBytes: number | undefined,
  rate: number,
): { message: string; fields: LogFields } {
  const speed = `${describeByteSize(Math.round(rate))}/s`;
  const fields = { bytes, bytesPerSecond: Math.round(rate) };
  if (sizeBytes === undefined || sizeBytes === 0)
    return { message: `${describeByteSize(bytes)} so far, ${speed}`, fields };
  const percent = Math.floor((bytes / sizeBytes) * 100);
  const leftMs = rate > 0 ? ((sizeBytes - bytes) / rate) * 1_000 : undefined;
  const left = leftMs === undefined ? '' : `, ${describeDuration(leftMs)} left`;
  return {
    message: `${describeByteSize(bytes)} of ${describeByteSize(sizeBytes)} (${percent} %), ${speed}${left}`,
    fields: { ...fields, sizeBytes, ...(leftMs !== undefined && { leftMs: Math.round(leftMs) }) },
  };
}

/** What is there of a download, such as `5.0 MiB of 20.0 MiB`. */
export function describeHeld({ bytes, sizeBytes }: { readonly bytes: number; readonly sizeBytes?: number }): string {
  return sizeBytes === undefined
    ? describeByteSize(bytes)
    : `${describeByteSize(bytes)} of ${describeByteSize(sizeBytes)}`;
}
