// Every parser, with texts that nobody would write: it answers, or throws what the user is meant to read, and soon.
// GREENROOM_FUZZ=N tries N texts a parser. What was found once lies in corpus/ and is tried first, each time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Document, parse, parseDocument } from 'yaml';
import { readCompose } from '../../../cli/src/convert/compose/read.ts';
import { readFlags, readSeconds } from '../../../cli/src/convert/flags.ts';
import { computeArithmetic } from '../../../cli/src/convert/script/arithmetic.ts';
import { parseScript } from '../../../cli/src/convert/script/parse.ts';
import { Unsure } from '../../../cli/src/convert/script/syntax.ts';
import { Fault } from '../../../cli/src/fault.ts';
import { ConfigFault, readFunctionConfig } from '../../../cli/src/fn/config.ts';
import { readResourceList } from '../../../cli/src/fn/resource-list.ts';
import { parseSlice, sliceDocuments } from '../../../cli/src/manifest/parse.ts';
import { Lines } from '../../../cli/src/manifest/place.ts';
import { parseQuantity } from '../../../cli/src/manifest/quantity.ts';
import { findPod, objectsOf } from '../../../cli/src/manifest/workload.ts';
import { parseHostFlag, parseServiceFlag } from '../../../cli/src/rehearse/cluster/service-flag.ts';
import { readHelperLog } from '../../../cli/src/why/waits/helper-log.ts';
import { hostsOfShell } from '../../../cli/src/why/waits/shell-hosts.ts';
import {
  Failure,
  formatByteSize,
  formatDuration,
  formatTermination,
  joinWords,
  parseArgs,
  parseByteSize,
  parseDuration,
  parsePlan,
  parseStep,
  parseTarget,
  parseTermination,
  redactUrl,
  splitWords,
} from '../../../helper/src/contract/index.ts';
import { parseIntegrity } from '../../../helper/src/contract/integrity.ts';
import { checkSource } from '../../../helper/src/contract/source.ts';
import { chooseAsking, judgeAnswer } from '../../../helper/src/fetch/asking/resume.ts';
import { parsePartialState, parseRecord } from '../../../helper/src/fetch/backstage/partial-state.ts';
import { readList } from '../../../helper/src/fetch/many/read-list.ts';
import { findChecksum, serverDigest } from '../../../helper/src/fetch/proof/integrity.ts';
import { findLogin } from '../../../helper/src/http/credentials.ts';
import { firstHop, nextHop } from '../../../helper/src/http/redirect.ts';
import { parseRetryAfter } from '../../../helper/src/http/retry-after.ts';
import { parseConnectTo } from '../../../helper/src/network/connect-to.ts';
import { parseHostsFile } from '../../../helper/src/network/hosts-file.ts';
import { listeningPorts } from '../../../helper/src/network/mesh.ts';
import { parseResolvConf } from '../../../helper/src/network/resolv-conf.ts';
import { parseYaml } from '../../../helper/src/parse-yaml.ts';
import { readRefusal, refusalFailure } from '../../../helper/src/stores/refusal.ts';
import { readProfile } from '../../../helper/src/stores/s3-keys.ts';
import { parseXml } from '../../../helper/src/stores/xml.ts';
import { pathParts } from '../../../helper/src/unpack/entry-path.ts';
import { root } from '../../support/read-imports.ts';

const numRuns = Number(process.env.GREENROOM_FUZZ ?? 60);

const held = {
  bytes: 100,
  sizeBytes: 200,
  validators: { etag: '"a"', lastModified: undefined, date: undefined },
} as never;
const facts = { outcome: 'failed', elapsedMs: 1 } as const;
const header = (name: string, text: string) => (asked: string) => (asked.toLowerCase() === name ? text : undefined);

/** An alias to nothing, or too many of them, is for the caller to say. */
function jsOf(yaml: Document): unknown {
  try {
    return yaml.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Each gives back nothing, or throws; some look at what they got. */
const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  duration: (text) => {
    const value = parseDuration(text);
    if (value !== undefined) assert.equal(parseDuration(formatDuration(value)), value);
  },
  size: (text) => {
    const value = parseByteSize(text);
    if (value !== undefined) assert.equal(parseByteSize(formatByteSize(value)), value);
  },
  quantity: parseQuantity,
  target: (text) => assert.equal(typeof parseTarget(text).kind, 'string'),
  source: (text) => {
    checkSource(text);
    assert.match(text, /^(?:https?|file|s3|gs):/);
  },
  words: (text) => {
    const words = splitWords(text);
    assert.deepEqual(splitWords(joinWords(words)), words);
  },
  'a step': (text) => parseStep(splitWords(text)),
  guard: (text) => parseStep(['wait', 'tcp://a:1', '--fail-if', text]),
  arguments: (text) => parseArgs(text.split(' ')),
  plan: (text) => parsePlan(parseYaml(text, 'a plan')),
  integrity: parseIntegrity,
  'resolv.conf': (text) => assert.ok(parseResolvConf(text).nameservers.length > 0),
  hosts: parseHostsFile,
  'connect-to': (text) => parseConnectTo(text, 'A'),
  'ports that listen': listeningPorts,
  'Retry-After': (text) => {
    const delayMs = parseRetryAfter(text, undefined, 0);
    assert.ok(delayMs === undefined || delayMs >= 0);
  },
  Location: (text) => nextHop(firstHop(new URL('https://a.example/b')), 302, text, 10),
  'Content-Range': (text) => {
    const answer = { status: 206, header: header('content-range', text) } as never;
    judgeAnswer(answer, chooseAsking(held, false, false), held, false, 'a place');
  },
  'server digests': (text) => serverDigest(header('repr-digest', text)),
  'checksum list': (text) => findChecksum(text, 'a.bin', 'a list'),
  'file list': (text) => readList(text, 'https://a.example/list', 'a list'),
  'path in an archive': (text) => assert.ok(!pathParts(text).some((part) => part === '..' || part.includes('/'))),
  netrc: (text) => findLogin(text, 'a.example'),
  'partial state': parsePartialState,
  record: parseRecord,
  'XML of stores': (text) => assert.ok(!parseXml(text).text.includes('[native code]')),
  'refusal of a store': (text) => {
    const { hint } = refusalFailure(
      403,
      'a place',
      readRefusal(text, () => undefined),
      undefined,
      0,
    );
    assert.equal(typeof (hint ?? ''), 'string');
  },
  manifest: (text) => {
    for (const slice of sliceDocuments(text)) {
      for (const document of parseSlice(slice, new Lines('a.yaml', text))) {
        for (const object of objectsOf(document)) findPod(document, object);
      }
    }
  },
  'credentials file': (text) => readProfile(text, 'default'),
  'termination message': (text) => {
    parseTermination(text);
    const message = formatTermination(text, { ...facts, target: text });
    assert.ok(Buffer.byteLength(message) <= 1024);
    assert.equal(parseTermination(message)?.facts.outcome, 'failed');
  },
  'URL to show': redactUrl,
  "the helper's log": readHelperLog,
  'shell script': parseScript,
  'hosts of a script': (text) => hostsOfShell(['sh', '-c', text]),
  arithmetic: (text) => computeArithmetic(text, { get: () => undefined, set: () => {} } as never),
  seconds: (text) => readSeconds(text, 'a'),
  flags: (text) => readFlags('curl', text.split(' '), { '-o': 'value', '--retry': 'value' } as never),
  'compose file': (text) => readCompose('compose.yaml', text),
  ResourceList: readResourceList,
  functionConfig: (text) => {
    const yaml = parseDocument(text, { logLevel: 'silent' });
    if (yaml.errors.length === 0) readFunctionConfig(jsOf(yaml), (inner) => parse(inner, { schema: 'failsafe' }));
  },
  '--service': parseServiceFlag,
  '--host': parseHostFlag,
};

// the tongues of all of them, names that every object has, and what counts differently in bytes
const pieces = [
  ...['tcp://', 'http://', 'k8s://job/', 's3://a/', 'constructor', '__proto__', 'toString', 'hasOwnProperty', '://'],
  ...['wait', 'fetch', '--', '--deadline', '--any', '5m', '1.5', 'Mi', 'e9', '99999999999999999999', '-', '0x', '08'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '? ',
    '- ',
    ': ',
    '|\n',
    '<<: ',
    '!!',
    '#',
    '"',
    "'",
    '\\',
    '$(',
    '${',
    '`',
    ';',
  ],
  ...[
    'nameserver ',
    'options ndots:',
    'machine ',
    'login ',
    'password ',
    'macdef ',
    'default',
    'bytes ',
    '*/',
    '0-1/2',
  ],
  ...['<a>', '</a>', '&lt;', '&constructor;', '&#x110000;', '<![CDATA[', 'sha256:', 'sha-256=:', '  a.bin', '../', '/'],
  ...[
    'kind: ResourceList',
    'items:',
    'services:',
    'apiVersion: v1\n',
    'steps:',
    'together:',
    'if ',
    'then ',
    'while ',
    'do ',
    'done',
    'until ',
    '((',
    '|',
    '&&',
    '>',
    '<<',
  ],
  ...[
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\u001b[2J',
    '\u202e',
    '\ufeff',
    '\ud800',
    '\u{1f600}',
    '\u2028',
    '::1',
    '[',
    '%00',
    '%2e',
  ],
];
const some = fc.constantFrom(...pieces);
const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(some, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
      .map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.tuple(some, some).map(([first, piece]) => first + piece.repeat(300)) },
);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
// of this process alone, so that a busy machine changes nothing; what is quadratic takes minutes with longer texts
const mostMs = 5_000;

function tryText(name: string, parser: (text: string) => unknown, text: string): void {
  const startMs = cpuMs();
  try {
    parser(text);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    const isForUsers = [Failure, Fault, Unsure, ConfigFault].some((one) => error instanceof one);
    assert.ok(isForUsers, `${name}: ${JSON.stringify(text)}: ${(error as Error).stack}`);
  }
  const tookMs = cpuMs() - startMs;
  assert.ok(tookMs < mostMs, `${name}: ${JSON.stringify(text.slice(0, 100))} of ${text.length}: ${tookMs} ms`);
}

const corpus = JSON.parse(readFileSync(join(root, 'test/unit/fuzz/corpus/texts.json'), 'utf8')) as string[];
const long = ['a', ' ', '(', '[', '"', 'a=', 'a.', '\n', '0', '/', '&', '<a', '$'].map((piece) => piece.repeat(20_000));

describe('a text of any kind is read, or refused in words', () => {
  for (const [name, parser] of Object.entries(parsers)) {
    test(name, () => {
      for (const text of corpus) tryText(name, parser, text);
      for (const text of long) tryText(name, parser, text);
      fc.assert(
        fc.property(texts, (text) => tryText(name, parser, text)),
        { numRuns },
      );
    });
  }
});
