// http:// and https:// are ready when the answer has one of the statuses that count, and the body that is expected.
// The body is read only where something is expected of it, and then no further than the bound.
// Nothing but this probe loads HTTP.
import { splitHeader } from '../../contract/header-options.ts';
import type { Target } from '../../contract/target.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import { type Answer, createAgent } from '../../http/agent.ts';
import { readHeaders } from '../../http/header-values.ts';
import { openTls } from '../../http/trust.ts';
import { formatEndpoint } from '../../network/address.ts';
import { connectUnix } from '../../network/connect-unix.ts';
import type { Network } from '../../network/network.ts';
import { type Ask, type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { contentFault, contentLimitBytes, hasContentRules } from './content.ts';
import { statusCounts, usualStatuses } from './http-status.ts';
import type { JsonCondition } from './json-condition.ts';

/** @throws Failure USAGE for a header or a certificate that cannot be read */
export async function createHttpProbe(
  target: Extract<Target, { kind: 'http' }>,
  { options, network, runtime }: ProbeWorld,
): Promise<Probe> {
  const tls = await openTls(options);
  // read now so that a fault ends it at once; a Secret that is rotated while we wait is read anew below
  await readHeaders(options, runtime.env);
  const http2 = options.http2 ? await import('./http2.ts') : undefined;
  const conditions = await readConditions(options.jsonConditions);
  const wanted = options.statuses.length === 0 ? usualStatuses : options.statuses;

  const check = async (ask: Ask): Promise<Readiness> => {
    const reached = reporting(network, options.unixSocket, ask.onPhase);
    const agent = http2 === undefined ? createAgent(reached, tls) : http2.createHttp2(reached, options);
    try {
      const answer = await agent.request({
        method: options.method,
        ...(options.body !== undefined && { body: options.body }),
        url: target.url,
        headers: await readHeaders(options, runtime.env),
        maxRedirects: options.maxRedirects,
        ...{ signal: ask.signal, onPhase: ask.onPhase },
      });
      const { status, url } = answer;
      const from = redactUrl(url.href) === target.text ? '' : `, from ${redactUrl(url.href)}`;
      const notReady = (code: 'UNEXPECTED_STATUS' | 'UNEXPECTED_ANSWER', what: string) =>
        ({ kind: 'not-ready', cause: new Failure(code, what + from, { details: { status } }) }) as const;
      try {
        if (!statusCounts(status, wanted)) {
          return notReady('UNEXPECTED_STATUS', `answers ${status}, not ${wanted.join(' or ')}`);
        }
        const fault = headerFault((name) => answer.header(name), options.wantedHeaders);
        if (fault !== undefined) return notReady('UNEXPECTED_ANSWER', `answers ${status}, but ${fault}`);
        if (!hasContentRules(options) && conditions.length === 0) return ready;
        const body = await readBody(answer);
        const missing = contentFault(body, options) ?? jsonFault(body, conditions);
        return missing === undefined
          ? ready
          : notReady('UNEXPECTED_ANSWER', `answers ${status}, but the body ${missing}`);
      } finally {
        answer.close();
      }
    } finally {
      agent.close();
    }
  };

  return {
    check: async (ask) => {
      try {
        return await check(ask);
      } catch (error) {
        // a server that is being set up may well redirect in circles
        if (!(error instanceof Failure) || error.code !== 'TOO_MANY_REDIRECTS') throw error;
        return { kind: 'not-ready', cause: new Failure('UNEXPECTED_ANSWER', error.message, { cause: error }) };
      }
    },
  };
}

interface Condition {
  readonly text: string;
  readonly holds: JsonCondition;
}

async function readConditions(texts: readonly string[]): Promise<Condition[]> {
  if (texts.length === 0) return [];
  const { parseJsonCondition } = await import('./json-condition.ts');
  return texts.map((text) => ({ text, holds: parseJsonCondition(text, '--expect-json') }));
}

/** What is missing, to complete "the body …"; never a part of the body. */
function jsonFault(body: string, conditions: readonly Condition[]): string | undefined {
  if (conditions.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return Buffer.byteLength(body) < contentLimitBytes ? 'is no JSON' : 'is no JSON, as far as it is read';
  }
  const unmet = conditions.find(({ holds }) => !holds(value));
  return unmet === undefined ? undefined : `does not fulfil ${unmet.text}`;
}

/** Which header is missing or other than expected; its value is not shown, it may be a cookie. */
function headerFault(header: (name: string) => string | undefined, wanted: readonly string[]): string | undefined {
  for (const text of wanted) {
    const { name = '', rest = '' } = splitHeader(text) ?? {};
    const value = header(name.toLowerCase());
    if (value === undefined) return `without the header ${name}`;
    if (!new RegExp(rest, 'u').test(value)) return `the header ${name} does not match ${rest}`;
  }
  return undefined;
}

/** The body as text, or as much of it as is looked at. */
async function readBody(answer: Pick<Answer, 'receive' | 'close'>): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  const enough = new Error('enough of the body has been read');
  try {
    await answer.receive((piece) => {
      pieces.push(piece);
      sizeBytes += piece.length;
      if (sizeBytes >= contentLimitBytes) answer.close(enough);
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return Buffer.concat(pieces).subarray(0, contentLimitBytes).toString('utf8');
}

/** The network, by way of a Unix socket if there is one, telling when the answer is what is waited for. */
function reporting(network: Network, unixSocket: string | undefined, onPhase: Ask['onPhase']): Network {
  return {
    ...network,
    connect: async (host, port, signal, onNetworkPhase) => {
      const socket =
        unixSocket === undefined
          ? await network.connect(host, port, signal, onNetworkPhase)
          : await connectUnix(unixSocket, signal);
      onPhase({ kind: 'answer', endpoint: unixSocket ?? formatEndpoint(host, port) });
      return socket;
    },
  };
}
