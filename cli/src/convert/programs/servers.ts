// Clients of databases and queues that ask whether their server is there.
import { hostOf, type ProgramReader, portOf, waitFor } from '../ask.ts';
import { readFlags, readSeconds, timeoutOption } from '../flags.ts';
import { Unsure } from '../script/syntax.ts';

const at = (scheme: string, host: string, port: string | undefined): string =>
  `${scheme}://${hostOf(host)}${port === undefined ? '' : `:${portOf(port)}`}`;

function needHost(program: string, host: string | undefined): string {
  if (host === undefined) throw new Unsure(`${program} names no host`);
  if (host.startsWith('/')) throw new Unsure(`${program} asks at a socket`);
  return host;
}

export const pgIsready: ProgramReader = ({ args, variable, self }) => {
  const { operands, value } = readFlags('pg_isready', args, {
    flags: ['q quiet'],
    values: ['h host', 'p port', 'U username', 'd dbname', 't timeout'],
  });
  if (operands.length > 0) throw new Unsure('pg_isready takes no operand');
  if (value('d')?.match(/[=:/]/)) throw new Unsure('pg_isready -d names the server');
  const timeout = value('t');
  const host = needHost('pg_isready', value('h') ?? variable('PGHOST') ?? self);
  return waitFor(
    at('postgres', host, value('p') ?? variable('PGPORT')),
    timeoutOption(timeout === undefined ? undefined : readSeconds(timeout, 'pg_isready -t')),
  );
};

/** Ready too where the login is refused: mysqladmin takes that for an answer. */
export const mysqladmin: ProgramReader = ({ args, self }) => {
  const own = args.map((word) => (/^-p./.test(word) ? '-p' : word));
  const { operands, value } = readFlags('mysqladmin', own, {
    flags: ['s silent', 'p', 'v verbose', 'no-defaults'],
    values: ['h host', 'P port', 'u user', 'password', 'protocol', 'connect-timeout connect_timeout'],
  });
  if (operands.join(' ') !== 'ping') throw new Unsure(`mysqladmin ${operands.join(' ')}: no target asks so`);
  if (value('protocol') !== undefined && value('protocol')?.toLowerCase() !== 'tcp')
    throw new Unsure('mysqladmin does not ask by TCP');
  const host = needHost('mysqladmin', value('h') ?? self);
  if (host === 'localhost' && self === undefined && value('protocol') === undefined)
    throw new Unsure('mysqladmin asks localhost at a socket');
  return waitFor(at('mysql', host, value('P')));
};

/** Ready too where a password is missing: redis-cli ends with 0 then. */
export const redisCli: ProgramReader = ({ args, self }) => {
  const { operands, has, value } = readFlags('redis-cli', args, {
    flags: ['tls', 'no-auth-warning', 'raw', 'e'],
    values: ['h', 'p', 'a pass', 'user', 'n', 'cacert', 't'],
    ordered: true,
  });
  if (operands.join(' ').toLowerCase() !== 'ping') throw new Unsure('redis-cli does something other than ping');
  if (has('e')) throw new Unsure('redis-cli -e wants a login that succeeds, which the helper does not try');
  if (value('cacert') !== undefined)
    throw new Unsure('redis-cli --cacert: the file would have to be mounted for the helper');
  return waitFor(at(has('tls') ? 'rediss' : 'redis', needHost('redis-cli', value('h') ?? self), value('p')));
};

const ping = /^(?:db\.(?:adminCommand|runCommand)\((?:\{\s*)?["']?ping["']?(?:\s*:\s*1\s*\})?\)(?:\.ok)?;?)$/;

export const mongosh: ProgramReader = ({ args, self }) => {
  const { operands, value } = readFlags('mongosh', args, {
    flags: ['quiet', 'norc'],
    values: ['host', 'port', 'eval'],
  });
  if (operands.length > 0) throw new Unsure('mongosh is given a URL or a script');
  if (!ping.test(value('eval')?.trim() ?? '')) throw new Unsure('mongosh asks for more than ping');
  return waitFor(at('mongodb', needHost('mongosh', value('host') ?? self), value('port')));
};

/** A node that answers; the helper asks for more: that the server begins a connection. */
export const rabbitmqDiagnostics: ProgramReader = ({ args, self }) => {
  const { operands } = readFlags('rabbitmq-diagnostics', args, { flags: ['q quiet', 's silent'] });
  if (operands.join(' ') !== 'ping') throw new Unsure(`rabbitmq-diagnostics ${operands.join(' ')}: no target asks so`);
  return waitFor(at('amqp', needHost('rabbitmq-diagnostics', self), undefined));
};

const failing =
  (why: string): ProgramReader =>
  () => {
    throw new Unsure(why);
  };

/** Programs that are well known, and ask what no target asks: the reason is worth more than their name. */
export const others: Readonly<Record<string, ProgramReader>> = {
  mysql: failing('mysql logs in, which the helper does not'),
  mariadb: failing('mariadb logs in, which the helper does not'),
  psql: failing('psql logs in, which the helper does not'),
  ping: failing('ping asks by ICMP, which no target does'),
  telnet: failing('telnet talks to the server'),
  cqlsh: failing('cqlsh logs in, which the helper does not'),
  etcdctl: failing('etcdctl asks what no target asks'),
  git: failing('git fetches a repository'),
  apk: failing('apk installs packages'),
  'apt-get': failing('apt-get installs packages'),
  cp: failing('cp copies files, which is another duty'),
  mv: failing('mv moves files, which is another duty'),
  chown: failing('chown changes owners, which is another duty'),
  rm: failing('rm removes files, which is another duty'),
  unzip: failing('unzip unpacks with paths of its own'),
  nginx: failing('nginx is an app'),
};
