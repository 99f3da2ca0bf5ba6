// How many connections one file is worth, found out while it comes: where four times as many bring half as much again,
// the rate of each is what limits; where not, they only cost. Pure: what was measured is passed in.

export interface Widening {
  /** How many connections there should be now. */
  readonly connections: number;
  /**
   * To be called several times a second.
   * @param bytes that have come since the beginning, over all connections
   */
  look(nowMs: number, bytes: number, leftBytes: number): void;
}

// Long enough for a server that doles its bytes out in bursts, some of them a window.
const windowMs = 200;
// A connection that still gains this much from one window to the next is not yet as fast as it gets (TCP's slow start).
const stillRising = 1.3;
const longestRiseMs = 3_000;
const factor = 4;
const worthIt = 1.5;
// A trial may have met with bad luck, and a line may change.
const againMs = 4_000;
// What one connection brings here without any limit keeps this machine busy; more of them would only add to that.
const fastEnough = 256 << 20;
// What is done in a moment is not worth finding out about.
const leastLeftMs = 1_000;

/** @param most connections, from 1 */
export function createWidening(most: number): Widening {
  let connections = 1;
  let trial = false;
  let before = 0;
  let restMs = againMs;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  let phaseMs: number | undefined;
  let last = { atMs: 0, bytes: 0 };
  let rates: number[] = [];

  const enter = (nowMs: number, bytes: number, next: number) => {
    connections = next;
    phaseMs = nowMs;
    last = { atMs: nowMs, bytes };
    rates = [];
  };
  return {
    get connections() {
      return connections;
    },
    look: (nowMs, bytes, leftBytes) => {
      if (most === 1 || nowMs < restUntilMs) return;
      if (phaseMs === undefined) return enter(nowMs, bytes, 1);
      const elapsedMs = nowMs - last.atMs;
      if (elapsedMs < windowMs) return;
      rates.push(((bytes - last.bytes) / elapsedMs) * 1_000);
      last = { atMs: nowMs, bytes };
      const [older = 0, newer = 0] = rates.slice(-2);
      if (rates.length < 2 || (newer > older * stillRising && nowMs - phaseMs < longestRiseMs)) return;
      const rate = (older + newer) / 2;
      if (trial && rate < before * worthIt) {
        restUntilMs = nowMs + restMs;
        restMs *= 2;
        trial = false;
        return enter(nowMs, bytes, Math.max(1, Math.floor(connections / factor)));
      }
      trial = false;
      const worthwhile = rate > 0 && (leftBytes / rate) * 1_000 >= leastLeftMs;
      if (!worthwhile || rate / connections >= fastEnough) return enter(nowMs, bytes, connections);
      if (connections === most) return enter(nowMs, bytes, connections);
      before = rate;
      trial = true;
      enter(nowMs, bytes, Math.min(most, connections * factor));
    },
  };
}
