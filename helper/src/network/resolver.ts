// Resolves names as the pod's own resolver would: /etc/hosts, then each name of the search list at the name servers
// of /etc/resolv.conf. No getaddrinfo: that would occupy one of libuv's four threads and could not be cancelled.
import { readFileSync } from 'node:fs';
import { addressFamily } from '../core/address.ts';
import { asFailure, descriptorErrors, Failure } from '../core/failure.ts';
import { overReason } from '../core/over-reason.ts';
import type { Clock } from '../ports/clock.ts';
import type { Address } from './address.ts';
import { parseHostsFile } from './hosts-file.ts';
import { askNameserver, type DnsAnswer, type DnsRecord, type DnsTrouble, type RecordType } from './nameserver.ts';
import { parseResolvConf, type ResolvConf } from './resolv-conf.ts';
import { searchCandidates } from './search-list.ts';

export interface ResolverFiles {
  /** Read anew for each name, so that a change counts at once. */
  readonly resolvConf: string;
  readonly hosts: string;
}

/** Whether /etc/hosts counts, as it does for the C library. */
export type LookupOrder = 'hosts-first' | 'name-servers';

/** A name with the records that were found under it. */
export interface DnsRecords {
  /** The full name that had them. */
  readonly name: string;
  readonly records: readonly DnsRecord[];
}

// resolv.conf(5) waits 5 s. Within a cluster an answer takes milliseconds, and a packet that was lost (the
// conntrack race of kubernetes/kubernetes#56903) is made up for by asking again soon.
const longestServerTimeoutMs = 1_000;

// RFC 8305 §3, "Resolution Delay": how long AAAA may come after A.
const resolutionDelayMs = 50;

/**
 * The addresses of a name, or the address itself.
 * @throws Failure NAME_NOT_FOUND or NAME_SERVER_FAILED; the signal's reason when it is aborted
 */
export async function resolveAddresses(
  name: string,
  files: ResolverFiles,
  clock: Clock,
  signal: AbortSignal,
  order: LookupOrder = 'hosts-first',
): Promise<readonly Address[]> {
  signal.throwIfAborted();
  const family = addressFamily(name);
  if (family !== undefined) return [{ address: name, family }];
  const listed = parseHostsFile(readText(files.hosts)).get(name.replace(/\.$/, '').toLowerCase());
  if (listed !== undefined && order === 'hosts-first') return listed;
  // RFC 6761 §6.3: never a question for a name server
  if (/^(?:.*\.)?localhost\.?$/i.test(name)) {
    return [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
  }
  return search(name, files, signal, async (candidate, conf) => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const addresses = async (type: 'A' | 'AAAA'): Promise<Found<readonly Address[]>> => {
      const answer = await askAll(conf, candidate, type, clock, either);
      return answer.kind === 'records'
        ? { value: answer.records.map((address) => ({ address, family: type === 'A' ? 4 : 6 })) }
        : answer;
    };
    const v4 = addresses('A');
    const v6 = addresses('AAAA');
    v6.catch(() => {});
    try {
      const first = await v4;
      if ('value' in first) {
        const late = clock.sleep(resolutionDelayMs, either).then(() => undefined);
        late.catch(() => {});
        const second = await Promise.race([v6, late]);
        return second !== undefined && 'value' in second ? { value: [...second.value, ...first.value] } : first;
      }
      const second = await v6;
      // "no AAAA" beside a silent A says little: the worse news counts
      return 'value' in second ? second : worse(first, second);
    } finally {
      over.abort(overReason);
    }
  });
}

/**
 * The records of a name, of one type. Only name servers know them: /etc/hosts is not read.
 * @throws Failure NAME_NOT_FOUND or NAME_SERVER_FAILED; the signal's reason when it is aborted
 */
export function queryRecords(
  name: string,
  type: RecordType,
  files: ResolverFiles,
  clock: Clock,
  signal: AbortSignal,
): Promise<DnsRecords> {
  return search(name, files, signal, async (candidate, conf) => {
    const answer = await askAll(conf, candidate, type, clock, signal);
    return answer.kind === 'records' ? { value: { name: candidate, records: answer.records } } : answer;
  });
}

type Trouble = Extract<DnsAnswer, { kind: 'trouble' }>;
type Found<T> = { readonly value: T } | Trouble;

/** Goes through the search list as res_search(3) does: a server that fails is passed over, silence ends it. */
async function search<T>(
  name: string,
  files: ResolverFiles,
  signal: AbortSignal,
  ask: (candidate: string, conf: ResolvConf) => Promise<Found<T>>,
): Promise<T> {
  const conf = parseResolvConf(readText(files.resolvConf));
  const candidates = searchCandidates(name, conf.search, conf.ndots);
  const asked: string[] = [];
  let worst: Trouble | undefined;
  for (const candidate of candidates) {
    signal.throwIfAborted();
    const found = await ask(candidate, conf);
    if ('value' in found) return found.value;
    asked.push(candidate);
    worst = worst === undefined ? found : worse(worst, found);
    if (found.trouble === 'TIMEOUT' || found.trouble === 'UNREACHABLE') break;
  }
  throw dnsFailure(name, asked, conf, worst);
}

/** Asks one server after the other; those that stay silent are asked again. */
async function askAll(
  conf: ResolvConf,
  name: string,
  type: RecordType,
  clock: Clock,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  const timeoutMs = Math.min(conf.timeoutMs ?? longestServerTimeoutMs, longestServerTimeoutMs);
  let servers = conf.nameservers;
  let worst: Trouble | undefined;
  for (let round = 0; round < conf.attempts && servers.length > 0; round++) {
    const silent: string[] = [];
    for (const server of servers) {
      const answer = await askNameserver(server, name, type, timeoutMs, clock, signal);
      if (answer.kind === 'records' || answer.trouble === 'NXDOMAIN' || answer.trouble === 'NODATA') return answer;
      worst = worst === undefined ? answer : worse(worst, answer);
      if (answer.trouble === 'TIMEOUT') silent.push(server);
    }
    servers = silent;
  }
  if (worst === undefined) throw new RangeError('no name server to ask');
  return worst;
}

// what says least about the name counts most: nobody may conclude from it that the name is not there
const byWeight: readonly DnsTrouble[] = ['NXDOMAIN', 'NODATA', 'REFUSED', 'SERVFAIL', 'TIMEOUT', 'UNREACHABLE'];

function worse(one: Trouble, other: Trouble): Trouble {
  return byWeight.indexOf(other.trouble) > byWeight.indexOf(one.trouble) ? other : one;
}

function dnsFailure(
  name: string,
  candidates: readonly string[],
  conf: ResolvConf,
  worst: Trouble | undefined,
): Failure {
  const answer = worst?.trouble ?? 'NXDOMAIN';
  const server = worst?.nameserver ?? '';
  const tried = candidates.join(', ');
  const details = { name, answer, candidates, nameservers: conf.nameservers };
  const failure = (code: 'NAME_NOT_FOUND' | 'NAME_SERVER_FAILED', words: string) =>
    new Failure(code, words, { details });
  switch (answer) {
    case 'NXDOMAIN':
      return failure('NAME_NOT_FOUND', `no such name: asked for ${tried}`);
    case 'NODATA':
      return failure('NAME_NOT_FOUND', `the name has no such record: asked for ${tried}`);
    case 'SERVFAIL':
      return failure('NAME_SERVER_FAILED', `name server ${server} failed (SERVFAIL): asked for ${tried}`);
    case 'REFUSED':
      return failure('NAME_SERVER_FAILED', `name server ${server} refused the question: asked for ${tried}`);
    case 'TIMEOUT':
      return failure('NAME_SERVER_FAILED', `name server ${server} does not answer: asked for ${tried}`);
    case 'UNREACHABLE':
      return failure('NAME_SERVER_FAILED', `name server ${server} cannot be reached: asked for ${tried}`);
  }
}

/** A file that is not there is an empty one, as it is for the C library. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return '';
    // for the moment: others hold all descriptors
    if (Object.hasOwn(descriptorErrors, code ?? '')) throw asFailure(error);
    throw new Failure('USAGE', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
