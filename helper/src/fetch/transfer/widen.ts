// How many connections one file is worth, found out while it comes: where more of them bring more, the rate of each is
// what limits; where not, they only cost. Pure: what was measured is passed in.

export interface Widening {
  /** How many connections there should be now. */
  readonly connections: number;
  /** Whether so many are on trial: they may be let go soon. */
  readonly trying: boolean;
  /** To be called many times a second. */
  look(seen: Seen): void;
}

export interface Seen {
  readonly nowMs: number;
  /** What has come since the beginning, over all connections. */
  readonly bytes: number;
  readonly leftBytes: number;
  /** How many connections have got an answer: to dial, and to agree on TLS, takes several round trips. */
  readonly answered: number;
}

// Long enough for a server that doles its bytes out in bursts, one of them a window.
const windowMs = 75;
// A connection that still gains this much from one window to the next is not yet as fast as it gets (TCP's slow start).
const stillRising = 1.4;
// For that, and for the answers of new connections.
const longestRiseMs = 3_000;
const factor = 8;
// New connections bring what the first one does, or nearly: there is more to be had, and no need to look twice.
const nearlyAll = 0.6;
const worthIt = 1.5;
// Where not, they get so many windows from their answers on to show what they bring.
const judgeWindows = 4;
// More than what brought the same: some are slower than others, and what one alone brought was a guess.
const reserve = 1.5;
// A trial may have met with bad luck, and a line may change.
const againMs = 4_000;
// What one connection brings here without any limit keeps this machine busy; more of them would only add to that.
const fastEnough = 256 << 20;
// It may be this machine that is slow at the moment: that is looked at for longer.
const perhapsFast = 64 << 20;
const lookLongerMs = 400;
// What is done in a moment is not worth finding out about; to dial takes a part of it.
const leastLeftMs = 500;
const leastLeftOfFastMs = 1_000;

/** @param most connections, from 1 */
export function createWidening(most: number): Widening {
  let connections = 1;
  let trial: { readonly from: number; readonly rate: number } | undefined;
  let restMs = againMs;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  let phaseMs: number | undefined;
  let last = { atMs: 0, bytes: 0 };
  let rates: number[] = [];

  const enter = ({ nowMs, bytes }: Seen, next: number) => {
    connections = next;
    phaseMs = nowMs;
    last = { atMs: nowMs, bytes };
    rates = [];
  };
  const rest = (seen: Seen, next: number) => {
    restUntilMs = seen.nowMs + restMs;
    restMs *= 2;
    trial = undefined;
    enter(seen, next);
  };
  const more = (seen: Seen, rate: number) => {
    const leftMs = rate > 0 ? (seen.leftBytes / rate) * 1_000 : 0;
    const leastMs = rate / connections >= perhapsFast ? leastLeftOfFastMs : leastLeftMs;
    if (connections === most || leftMs < leastMs || rate / connections >= fastEnough) {
      trial = undefined;
      return enter(seen, connections);
    }
    trial = { from: connections, rate };
    enter(seen, Math.min(most, connections * factor));
  };
  return {
    get connections() {
      return connections;
    },
    get trying() {
      return trial !== undefined;
    },
    look: (seen) => {
      const { nowMs, bytes, answered } = seen;
      if (most === 1 || nowMs < restUntilMs) return;
      if (phaseMs === undefined) return enter(seen, 1);
      const elapsedMs = nowMs - last.atMs;
      if (elapsedMs < windowMs) return;
      rates.push(((bytes - last.bytes) / elapsedMs) * 1_000);
      last = { atMs: nowMs, bytes };
      const latest = rates.at(-1) ?? 0;
      const phaseForMs = nowMs - phaseMs;
      const mayWait = phaseForMs < longestRiseMs;
      if (trial !== undefined) {
        const hoped = (trial.rate / trial.from) * connections;
        if (latest >= hoped * nearlyAll) return more(seen, hoped);
        if (answered < connections && mayWait) rates = [];
      }
      const half = rates.length < judgeWindows ? 1 : judgeWindows / 2;
      if (rates.length < (trial === undefined ? 2 : judgeWindows)) return;
      const older = mean(rates.slice(-2 * half, -half));
      const newer = mean(rates.slice(-half));
      if (newer > older * stillRising && mayWait) return;
      const rate = (older + newer) / 2;
      if (trial === undefined) {
        if (rate / connections >= perhapsFast && phaseForMs < lookLongerMs) return;
        return more(seen, rate);
      }
      if (rate < trial.rate * worthIt) return rest(seen, trial.from);
      // they share what there is: so many would have brought the same
      rest(seen, Math.min(connections, Math.ceil((rate / trial.rate) * trial.from * reserve)));
    },
  };
}

const mean = (rates: readonly number[]): number => rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
