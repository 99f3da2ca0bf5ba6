// Whether bytes still arrive. It looks at the socket's own count, and not while we are the ones who let the server
// wait: undici's own limit is blind then, and stays blind (nodejs/undici#5393). Pure: time is passed in.

export interface StallWatch {
  /**
   * Looks.
   * @param socketBytes all that has arrived
   * @param paused whether the server was told to wait
   */
  look(nowMs: number, socketBytes: number, paused: boolean): Look;
}

export interface Look {
  /** How long nothing has come that could have, in milliseconds. */
  readonly silentMs: number;
  /** Bytes a second over the last minute in which the server was not told to wait; undefined until there was one. */
  readonly bytesPerSecond: number | undefined;
}

// Long enough that a pause of a few seconds doesn't count as slow.
const windowMs = 60_000;

export function createStallWatch(startMs: number): StallWatch {
  let lastBytes = 0;
  let lastMs = startMs;
  let seenMs = startMs;
  // time in which something could have come, and what came, each since the start
  let openMs = 0;
  let samples: { atMs: number; bytes: number }[] = [{ atMs: 0, bytes: 0 }];
  return {
    look: (nowMs, socketBytes, paused) => {
      if (!paused) openMs += nowMs - seenMs;
      seenMs = nowMs;
      if (paused || socketBytes !== lastBytes) {
        lastBytes = socketBytes;
        lastMs = nowMs;
      }
      samples.push({ atMs: openMs, bytes: socketBytes });
      // the newest sample that is a window old is the one to compare with
      const from = samples.findLastIndex(({ atMs }) => openMs - atMs >= windowMs);
      if (from > 0) samples = samples.slice(from);
      const [first] = samples;
      const bytesPerSecond =
        first === undefined || openMs - first.atMs < windowMs
          ? undefined
          : ((socketBytes - first.bytes) / (openMs - first.atMs)) * 1_000;
      return { silentMs: nowMs - lastMs, bytesPerSecond };
    },
  };
}
