// The Kubernetes API as a pod reaches it: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherVariables } from '../../contract/environment.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { type Agent, type Answer, createAgent } from '../../http/agent.ts';
import { readTrust } from '../../http/trust.ts';
import { formatEndpoint } from '../../network/address.ts';
import { serviceAccountFolder } from '../../network/pod-identity.ts';
import type { Ask, ProbeWorld } from '../probe.ts';

export interface K8sAnswer {
  readonly status: number;
  /** What the API said, as far as it is JSON. */
  readonly body: unknown;
}

/** A watch that was granted. */
export interface K8sStream {
  /** Resolves when the server ends it, with undefined, or when the connection does, with what happened to it. */
  readonly ended: Promise<Failure | undefined>;
  close(): void;
}

export interface K8sApi {
  /** The pod's own namespace. */
  readonly namespace: string;
  /** @param path with its query, from the root of the API */
  get(path: string, ask: Ask): Promise<K8sAnswer>;
  /**
   * Opens a stream of lines of JSON. It lasts longer than the question: `ask` bounds its beginning only.
   * @returns the answer, where it is not the stream that was asked for
   */
  stream(path: string, ask: Ask, onLine: (line: unknown) => void): Promise<K8sStream | K8sAnswer>;
  /** Gives up all connections. */
  close(): void;
}

// an object is at most 1.5 MiB (etcd's limit), but a list of them may be longer
const limitBytes = 32 * 1_048_576;

const tooLarge = () => new Failure('UNEXPECTED_ANSWER', 'the answer of the Kubernetes API is too large');

/** @throws Failure USAGE where this pod has no access to the API */
export function connectK8sApi({ network, runtime }: Pick<ProbeWorld, 'network' | 'runtime'>): K8sApi {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = runtime.env;
  const folder = runtime.env[otherVariables.serviceAccount] ?? serviceAccountFolder;
  if (host === undefined || host === '') {
    throw new Failure('USAGE', 'k8s targets need a cluster: KUBERNETES_SERVICE_HOST is not set');
  }
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch (error) {
      const hint = 'Does the pod say automountServiceAccountToken: false? Mount a token into this init container';
      throw new Failure('USAGE', `k8s targets need a service account: ${(error as Error).message}`, {
        hint,
        cause: error,
      });
    }
  };
  const makeAgent = () => createAgent(network, readTrust(join(folder, 'ca.crt')));
  let agent: Agent = makeAgent();
  read('token');
  const origin = `https://${formatEndpoint(host, Number(port))}`;

  const request = async (path: string, signal: AbortSignal, onPhase: Ask['onPhase']): Promise<Answer> => {
    try {
      return await agent.request({
        method: 'GET',
        url: origin + path,
        // read each time: the kubelet renews it while we wait
        headers: [
          ['authorization', `Bearer ${read('token')}`],
          ['accept', 'application/json'],
        ],
        ...{ maxRedirects: 0, signal, onPhase },
      });
    } catch (error) {
      // the cluster's authority may be renewed as well
      if (asFailure(error).code === 'TLS_FAILED') {
        agent.close();
        agent = makeAgent();
      }
      throw error;
    }
  };
  return {
    namespace: read('namespace'),
    get: async (path, { signal, onPhase }) => readAnswer(await request(path, signal, onPhase)),
    stream: async (path, ask, onLine) => {
      const stop = new AbortController();
      const abort = () => stop.abort(ask.signal.reason);
      ask.signal.addEventListener('abort', abort, { once: true });
      try {
        const answer = await request(path, stop.signal, ask.onPhase);
        if (answer.status !== 200) return await readAnswer(answer);
        const lines = splitLines(onLine, () => answer.close(tooLarge()));
        const ended = answer.receive(lines).then(() => undefined, asFailure);
        return { ended, close: () => answer.close() };
      } finally {
        ask.signal.removeEventListener('abort', abort);
      }
    },
    close: () => agent.close(),
  };
}

async function readAnswer(answer: Answer): Promise<K8sAnswer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  await answer.receive((piece) => {
    pieces.push(piece);
    sizeBytes += piece.length;
    if (sizeBytes > limitBytes) answer.close(tooLarge());
  });
  return { status: answer.status, body: parseJson(Buffer.concat(pieces).toString('utf8')) };
}

/** Pieces of bytes → lines of JSON; what is no JSON is given as undefined. */
function splitLines(onLine: (line: unknown) => void, onTooLong: () => void): (piece: Buffer) => void {
  let pieces: Buffer[] = [];
  let sizeBytes = 0;
  return (piece) => {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      pieces.push(piece.subarray(from, end));
      onLine(parseJson(Buffer.concat(pieces).toString('utf8')));
      pieces = [];
      sizeBytes = 0;
      from = end + 1;
    }
    if (from === piece.length) return;
    pieces.push(piece.subarray(from));
    sizeBytes += piece.length - from;
    if (sizeBytes > limitBytes) onTooLong();
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
