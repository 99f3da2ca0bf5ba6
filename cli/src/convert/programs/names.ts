// Programs that ask name servers and ports: nslookup, host, getent, dig, nc.
import { hostOf, type ProgramReader, portOf, waitFor } from '../ask.ts';
import { readFlags, readSeconds, timeoutOption } from '../flags.ts';
import { Unsure } from '../script/syntax.ts';

const isAddress = (host: string) => /^\[|^\d+(?:\.\d+){3}$/.test(host);

function name(text: string | undefined, program: string): string {
  const host = hostOf(text ?? '');
  if (isAddress(host)) throw new Unsure(`${program} of an address asks for its name`);
  return host;
}

export const nslookup: ProgramReader = ({ args }) => {
  const { operands } = readFlags('nslookup', args, { values: ['timeout', 'retry'], flags: ['debug'], long: true });
  if (operands.length > 1) throw new Unsure('nslookup asks a name server of its own choice');
  return waitFor(`dns://${name(operands[0], 'nslookup')}`);
};

export const host: ProgramReader = ({ args }) => {
  const { operands, value } = readFlags('host', args, { values: ['W', 'R'] });
  if (operands.length > 1) throw new Unsure('host asks a name server of its own choice');
  const timeout = value('W');
  return waitFor(
    `dns://${name(operands[0], 'host')}`,
    timeoutOption(timeout === undefined ? undefined : readSeconds(timeout, 'host -W')),
  );
};

export const getent: ProgramReader = ({ args }) => {
  const [database = '', ...keys] = args;
  if (!/^(?:hosts|ahosts)$/.test(database)) throw new Unsure(`getent ${database}: no target asks so`);
  if (keys.length !== 1) throw new Unsure('getent is asked for several names, of which one is enough');
  return waitFor(`dns://${name(keys[0], 'getent')}`);
};

export const dig: ProgramReader = () => {
  throw new Unsure('dig succeeds for a name that is not there as well');
};

export const nc: ProgramReader = ({ args }) => {
  const { operands, has, value } = readFlags('nc', args, {
    flags: ['z', 'v', 'n', 'u', '4', '6'],
    values: ['w', 'i', 'G'],
  });
  if (has('u')) throw new Unsure('nc -u asks by UDP, which tells nothing');
  if (has('4') || has('6')) throw new Unsure('nc -4 or -6 asks one family of addresses alone');
  if (!has('z')) throw new Unsure('nc without -z talks to the server');
  const [target, port, ...others] = operands;
  if (others.length > 0 || (port !== undefined && /^\d+-\d+$/.test(port))) throw new Unsure('nc asks several ports');
  const timeout = value('w');
  return waitFor(
    `tcp://${hostOf(target ?? '')}:${portOf(port)}`,
    timeoutOption(timeout === undefined ? undefined : readSeconds(timeout, 'nc -w')),
  );
};
