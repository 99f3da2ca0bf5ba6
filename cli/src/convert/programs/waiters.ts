// Programs that are made to wait: wait-for-it, wait-for, wait4x, dockerize, initium, wait-for-port, docker-compose-wait.
import { type Doing, hostAndPort, hostOf, type ProgramReader, portOf, shown, type WaitAsk, webUrl } from '../ask.ts';
import { readFlags, readSeconds, timeoutOption } from '../flags.ts';
import { Unsure } from '../script/syntax.ts';

const ask = (
  targets: readonly string[],
  options: readonly string[],
  lastsS: number,
  then?: readonly string[],
): Doing => {
  const wait: WaitAsk = { kind: 'wait', targets, options, lastsS };
  return { asks: [wait], ...(then === undefined || then.length === 0 ? {} : { next: then }) };
};

/** How long a waiter tries; for most of them 0 means without end. */
const lasts = (text: string | undefined, preset: number, what: string): number => {
  const seconds = text === undefined ? preset : readSeconds(text, what);
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds;
};

/** https://github.com/vishnubob/wait-for-it */
export const waitForIt: ProgramReader = ({ args }) => {
  const { operands, rest, has, value } = readFlags('wait-for-it', args, {
    flags: ['s strict', 'q quiet'],
    values: ['h host', 'p port', 't timeout'],
  });
  const [operand, ...others] = operands;
  if (others.length > 0) throw new Unsure('wait-for-it is given more than one operand; it asks the last');
  const target = operand === undefined ? `${hostOf(value('h') ?? '')}:${portOf(value('p'))}` : hostAndPort(operand);
  if (rest !== undefined && !has('s'))
    throw new Unsure('wait-for-it without --strict goes on when it has waited in vain');
  return ask([`tcp://${target}`], [], lasts(value('t'), 15, 'wait-for-it -t'), rest);
};

/** https://github.com/eficode/wait-for */
export const waitForScript: ProgramReader = ({ args }) => {
  const { operands, rest, value } = readFlags('wait-for', args, { flags: ['q quiet'], values: ['t timeout'] });
  const [operand, ...others] = operands;
  if (operand === undefined || others.length > 0) throw new Unsure('wait-for takes one HOST:PORT or URL');
  const target = /^https?:\/\//.test(operand) ? webUrl(operand) : `tcp://${hostAndPort(operand)}`;
  return ask([target], ['--timeout', '1s'], lasts(value('t'), 15, 'wait-for -t'), rest);
};

/** https://github.com/bitnami/wait-for-port */
export const waitForPort: ProgramReader = ({ args }) => {
  const { operands, value } = readFlags('wait-for-port', args, { values: ['host', 'state', 'timeout'], long: true });
  if ((value('state') ?? 'inuse') !== 'inuse') throw new Unsure('wait-for-port waits until the port is free');
  if (operands.length !== 1 || value('host') === undefined) throw new Unsure('wait-for-port names no host, or no port');
  const target = `tcp://${hostOf(value('host') ?? '')}:${portOf(operands[0])}`;
  return ask([target], [], lasts(value('timeout'), 30, 'wait-for-port --timeout'));
};

/** https://github.com/wait4x/wait4x */
export const wait4x: ProgramReader = ({ args }) => {
  const [kind = '', ...words] = args;
  const given = readFlags('wait4x', words, {
    flags: ['q quiet', 'v invert-check', 'no-color', 'no-redirect'],
    values: [
      't timeout',
      'i interval',
      'connection-timeout',
      'expect-status-code',
      'backoff-policy',
      'backoff-exponential-coefficient',
      'backoff-exponential-max-interval',
    ],
  });
  const { operands, rest, has, value } = given;
  if (operands.length === 0) throw new Unsure(`wait4x ${kind} names nothing to wait for`);
  const isHttp = kind === 'http';
  if (!isHttp && (has('no-redirect') || has('expect-status-code')))
    throw new Unsure(`wait4x ${kind}: an option of http`);
  const attempt = value('connection-timeout');
  const options = [
    ...(has('v') ? ['--gone'] : []),
    ...(isHttp ? ['--status', value('expect-status-code') ?? '100-599'] : []),
    ...(has('no-redirect') ? ['--max-redirects', '0'] : []),
    ...timeoutOption(attempt === undefined ? undefined : readSeconds(attempt, 'wait4x --connection-timeout')),
  ];
  if (has('v') && kind !== 'tcp') throw new Unsure('wait4x --invert-check takes any fault for an answer');
  return ask(
    operands.map((operand) => wait4xTarget(kind, operand)),
    options,
    lasts(value('t'), 10, 'wait4x --timeout'),
    rest,
  );
};

function wait4xTarget(kind: string, operand: string): string {
  switch (kind) {
    case 'tcp':
      return `tcp://${hostAndPort(operand)}`;
    case 'http':
      return webUrl(operand);
    case 'redis': {
      const [, secure = '', authority] = /^redis(s?):\/\/([^/@]+)(?:\/0?)?$/.exec(operand) ?? [];
      if (authority === undefined) throw new Unsure('wait4x redis logs in, or asks another database');
      return `redis${secure}://${authority.includes(':') ? hostAndPort(authority) : hostOf(authority)}`;
    }
    default:
      throw new Unsure(`wait4x ${kind} asks what no target asks alike`);
  }
}

/** https://github.com/jwilder/dockerize */
export const dockerize: ProgramReader = ({ args }) => {
  const given = readFlags('dockerize', args, {
    values: ['wait', 'timeout', 'wait-retry-interval'],
    long: true,
    ordered: true,
  });
  const targets = given.all('wait').map((text) => {
    if (/^https?:/.test(text)) return webUrl(text);
    const [, scheme, rest] = /^(tcp|file|unix):\/\/(.*)$/s.exec(text) ?? [];
    if (scheme === 'tcp') return `tcp://${hostAndPort(rest ?? '')}`;
    if (scheme === 'file' && /^\/[\w./-]+$/.test(rest ?? '')) return text;
    throw new Unsure(`dockerize waits for ${shown(text)}, which no target asks alike`);
  });
  if (targets.length === 0) throw new Unsure('dockerize waits for nothing');
  const timeout = given.value('timeout');
  // a number without a unit is refused by dockerize, but for 0
  if (timeout !== undefined && /\d$/.test(timeout)) throw new Unsure('dockerize -timeout has no unit');
  const lastsS = timeout === undefined ? 10 : readSeconds(timeout, 'dockerize -timeout');
  if (lastsS === 0) throw new Unsure('dockerize -timeout 0 gives up at once');
  return ask(targets, [], lastsS, [...given.operands, ...(given.rest ?? [])]);
};

/** https://github.com/KitStream/initium */
export const initium: ProgramReader = ({ args }) => {
  const [command = '', ...words] = args;
  if (command !== 'wait-for') throw new Unsure(`initium ${command} has no step`);
  const given = readFlags('initium', words, {
    flags: ['json'],
    values: [
      'target',
      'timeout',
      'http-status',
      'max-attempts',
      'initial-delay',
      'max-delay',
      'backoff-factor',
      'jitter',
    ],
  });
  if (given.operands.length > 0 || given.value('max-attempts') !== undefined)
    throw new Unsure('initium counts attempts, or has operands that are not known');
  const texts = given.all('target').flatMap((text) => text.split(','));
  if (texts.length === 0) throw new Unsure('initium waits for nothing');
  const isWeb = (text: string) => /^https?:/.test(text);
  const targets = texts.map((text) =>
    isWeb(text) ? webUrl(text) : `tcp://${hostAndPort(text.replace(/^tcp:\/\//, ''))}`,
  );
  const options = texts.some(isWeb) ? ['--status', given.value('http-status') ?? '200'] : [];
  const seconds = readSeconds(given.value('timeout') ?? '300', 'initium --timeout');
  return ask(targets, options, seconds === 300 ? 300 : seconds);
};

/** https://github.com/ufoscout/docker-compose-wait: all by the environment. */
export const composeWait: ProgramReader = ({ args, variable }) => {
  if (args.length > 0) throw new Unsure('wait takes no words');
  const hosts = variable('WAIT_HOSTS');
  for (const name of [
    'WAIT_PATHS',
    'WAIT_COMMAND',
    'WAIT_BEFORE',
    'WAIT_AFTER',
    'WAIT_BEFORE_HOSTS',
    'WAIT_AFTER_HOSTS',
  ])
    if (variable(name) !== undefined) throw new Unsure(`${name} asks for more than a connection`);
  if (hosts === undefined || hosts === '') throw new Unsure('WAIT_HOSTS names nothing to wait for');
  const targets = hosts.split(',').map((text) => `tcp://${hostAndPort(text.trim())}`);
  const limit = variable('WAIT_TIMEOUT') ?? variable('WAIT_HOSTS_TIMEOUT');
  return ask(targets, [], limit === undefined ? 30 : readSeconds(limit, 'WAIT_TIMEOUT'));
};
