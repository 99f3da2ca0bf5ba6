// Which address is dialled when, on a clock that the test moves. The sockets are ours: none of them reaches a network.
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { Address } from '../../../../helper/src/network/address.ts';
import { connectToAny } from '../../../../helper/src/network/connect.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

/** What becomes of a socket: it connects, it is refused, or nothing ever comes back. */
type Fate = 'connects' | 'refused' | 'silent';

class Line extends Socket {
  readonly #fate: Fate;

  constructor(fate: Fate) {
    super();
    this.#fate = fate;
  }

  override connect(): this {
    if (this.#fate === 'connects') queueMicrotask(() => this.emit('connect'));
    if (this.#fate === 'refused')
      queueMicrotask(() => this.destroy(Object.assign(new Error(), { code: 'ECONNREFUSED' })));
    return this;
  }
}

const one: Address = { address: '10.96.0.7', family: 4 };
const other: Address = { address: '10.96.0.8', family: 4 };

/** Dials, and gives up after `lastsMs`. */
async function dial(addresses: readonly Address[], fates: readonly Fate[], lastsMs = 60_000) {
  const clock = new VirtualClock();
  const dials: string[] = [];
  const lines: Line[] = [];
  const stop = new AbortController();
  const connectTo = (host: string, port: number) => {
    dials.push(`${clock.now()} ms: ${host}`);
    return { host, port };
  };
  const open = () => {
    const line = new Line(fates[lines.length] ?? 'silent');
    lines.push(line);
    return line.connect();
  };
  clock.sleep(lastsMs, stop.signal).then(
    () => stop.abort(new Error('late')),
    () => {},
  );
  const outcome = await connectToAny(addresses, 80, connectTo, clock, stop.signal, open).then(
    (socket) => `line ${lines.indexOf(socket as Line) + 1}`,
    (error: Error) => error.message,
  );
  stop.abort();
  return { dials, outcome, open: lines.filter(({ destroyed }) => !destroyed).length };
}

test('an address that stays silent is dialled again over a new socket, less and less often', async () => {
  assert.deepEqual(await dial([one], [], 10_000), {
    dials: ['0 ms: 10.96.0.7', '1000 ms: 10.96.0.7', '3000 ms: 10.96.0.7', '7000 ms: 10.96.0.7'],
    outcome: 'late',
    open: 0,
  });
});

test('the first socket that is answered is taken, and the others are closed', async () => {
  assert.deepEqual(await dial([one], ['silent', 'connects']), {
    dials: ['0 ms: 10.96.0.7', '1000 ms: 10.96.0.7'],
    outcome: 'line 2',
    open: 1,
  });
});

test('one address after the other, then those again that were silent', async () => {
  assert.deepEqual(await dial([one, other], ['silent', 'refused', 'silent', 'connects']), {
    dials: ['0 ms: 10.96.0.7', '250 ms: 10.96.0.8', '1250 ms: 10.96.0.7', '3250 ms: 10.96.0.7'],
    outcome: 'line 4',
    open: 1,
  });
});

test('when all are refused there is nothing to wait for', async () => {
  const { dials, outcome } = await dial([one, other], ['refused', 'refused']);
  assert.deepEqual(dials, ['0 ms: 10.96.0.7', '0 ms: 10.96.0.8']);
  assert.match(outcome, /refused: 10\.96\.0\.7:80/);
});
