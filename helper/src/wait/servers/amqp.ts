// amqp://host:port is ready when the server, RabbitMQ for one, begins an AMQP 0-9-1 connection.
// With --user it must let in, too: amqp-login.ts.
// https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf §2.2.4 and §4.2.2
import type { ServerTarget } from '../../contract/target.ts';
import { Failure } from '../../core/failure.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { createServerProbe, notTheProtocol, withoutTlsFlag } from './server.ts';

const header = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

export async function createAmqpProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const serves = await createServerProbe(target, withoutTlsFlag(world), begins);
  if (world.options.user === undefined) return serves;
  return (await import('./amqp-login.ts')).createAmqpLogin(serves, target, world);
}

const begins = async ({ send, read }: Dialogue): Promise<Readiness> => {
  send(header);
  const head = await read(8);
  if (head.toString('latin1', 0, 4) === 'AMQP') {
    const versions = `${head[5]}-${head[6]}-${head[7]}`;
    const cause = new Failure('UNEXPECTED_ANSWER', `it speaks AMQP ${versions} only, not 0-9-1`);
    return { kind: 'not-ready', cause };
  }
  // a method frame on channel 0, of the method connection.start (class 10, method 10)
  if (head[0] !== 1 || head.readUInt16BE(1) !== 0) return notTheProtocol('AMQP');
  const method = Buffer.concat([head.subarray(7), await read(3)]);
  return method.readUInt16BE(0) === 10 && method.readUInt16BE(2) === 10 ? ready : notTheProtocol('AMQP');
};
