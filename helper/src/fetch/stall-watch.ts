// Whether bytes still arrive. It looks at the socket's own count, and not while we are the ones who let the server
// wait: undici's own limit is blind then, and stays blind (nodejs/undici#5393). Pure: time is passed in.

export interface StallWatch {
  /**
   * Looks.
   * @param socketBytes all that has arrived
   * @param paused whether the server was told to wait
   * @returns how long nothing has come that could have, in milliseconds
   */
  look(nowMs: number, socketBytes: number, paused: boolean): number;
}

export function createStallWatch(startMs: number): StallWatch {
  let lastBytes = -1;
  let lastMs = startMs;
  return {
    look: (nowMs, socketBytes, paused) => {
      if (paused || socketBytes !== lastBytes) {
        lastBytes = socketBytes;
        lastMs = nowMs;
      }
      return nowMs - lastMs;
    },
  };
}
