// Every parser of texts that others write. Each gives back nothing, or throws what the user is meant to read; some look
// at what they got.
import assert from 'node:assert/strict';
import { type Document, parse, parseDocument } from 'yaml';
import { readCompose } from '../../../cli/src/convert/compose/read.ts';
import { readFlags, readSeconds } from '../../../cli/src/convert/flags.ts';
import { computeArithmetic } from '../../../cli/src/convert/script/arithmetic.ts';
import { parseScript } from '../../../cli/src/convert/script/parse.ts';
import { readFunctionConfig } from '../../../cli/src/fn/config.ts';
import { readResourceList } from '../../../cli/src/fn/resource-list.ts';
import { parseSlice, sliceDocuments } from '../../../cli/src/manifest/parse.ts';
import { Lines } from '../../../cli/src/manifest/place.ts';
import { parseQuantity } from '../../../cli/src/manifest/quantity.ts';
import { findPod, objectsOf } from '../../../cli/src/manifest/workload.ts';
import { parseHostFlag, parseServiceFlag } from '../../../cli/src/rehearse/cluster/service-flag.ts';
import { readHelperLog } from '../../../cli/src/why/waits/helper-log.ts';
import { hostsOfShell } from '../../../cli/src/why/waits/shell-hosts.ts';
import {
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
import { digestsByName, readList } from '../../../helper/src/fetch/many/read-list.ts';
import { findChecksum, serverDigest } from '../../../helper/src/fetch/proof/integrity.ts';
import { parseTreeRecord } from '../../../helper/src/fetch/publish/tree-record.ts';
import { findLogin } from '../../../helper/src/http/credentials.ts';
import { firstHop, nextHop } from '../../../helper/src/http/redirect.ts';
import { parseRetryAfter } from '../../../helper/src/http/retry-after.ts';
import { parseConnectTo } from '../../../helper/src/network/connect-to.ts';
import { parseHostsFile } from '../../../helper/src/network/hosts-file.ts';
import { listeningPorts } from '../../../helper/src/network/mesh.ts';
import { parseResolvConf } from '../../../helper/src/network/resolv-conf.ts';
import { parseYaml } from '../../../helper/src/parse-yaml.ts';
import { readRefusal, refusalFailure } from '../../../helper/src/stores/refusal.ts';
import { readListing } from '../../../helper/src/stores/s3.ts';
import { readProfile } from '../../../helper/src/stores/s3-keys.ts';
import { parseXml } from '../../../helper/src/stores/xml.ts';
import { createSelect, pathParts } from '../../../helper/src/unpack/entry-path.ts';
import {
  judgeObject,
  judgeObjects,
  judgeService,
  nothingWanted,
} from '../../../helper/src/wait/kubernetes/k8s-rules.ts';
import { parseJsonCondition } from '../../../helper/src/wait/probes/json-condition.ts';
import { createScram } from '../../../helper/src/wait/servers/scram.ts';

const held = {
  bytes: 100,
  sizeBytes: 200,
  validators: { etag: '"a"', lastModified: undefined, date: undefined },
} as never;
const facts = { outcome: 'failed', elapsedMs: 1 } as const;
const header = (name: string, text: string) => (asked: string) => (asked.toLowerCase() === name ? text : undefined);

const kinds = ['jobs.batch', 'pods', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'persistentvolumes'];

/** What is no JSON is left out where it comes in. */
function jsonOf(text: string): unknown {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** An alias to nothing, or too many of them, is for the caller to say. */
function jsOf(yaml: Document): unknown {
  try {
    return yaml.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

export const textParsers: Readonly<Record<string, (text: string) => unknown>> = {
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
  'record of a folder': parseTreeRecord,
  'list of digests': (text) => digestsByName(text, 'a list'),
  'listing of a store': readListing,
  'object of the Kubernetes API': (text) => {
    const object = jsonOf(text) as never;
    for (const kind of kinds) judgeObjects(kind, [object], nothingWanted);
    judgeObject('others', object, { condition: 'Ready', json: [] });
    judgeService([object]);
  },
  SCRAM: (text) => {
    try {
      createScram('sha256', 'u', 'pw', 'n').prove(text);
    } catch (error) {
      // what it is said to throw
      assert.equal((error as Error).constructor, Error);
    }
  },
  JSONPath: (text) => parseJsonCondition(text, '--expect-json')({ a: [{ b: 1 }], text }),
  'pattern of names': (text) => createSelect({ include: [text], stripComponents: 0 })(['a', 'b', 'c']),
  '--service': parseServiceFlag,
  '--host': parseHostFlag,
};
