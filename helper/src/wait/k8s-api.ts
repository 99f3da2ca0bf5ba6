// The Kubernetes API as a pod reaches it: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherVariables } from '../contract/environment.ts';
import { Failure } from '../core/failure.ts';
import { createAgent } from '../http/agent.ts';
import { readTrust } from '../http/trust.ts';
import { formatEndpoint } from '../network/address.ts';
import { serviceAccountFolder } from '../network/pod-identity.ts';
import type { Ask, ProbeWorld } from './probe.ts';

export interface K8sAnswer {
  readonly status: number;
  /** What the API said, as far as it is JSON. */
  readonly body: unknown;
}

export interface K8sApi {
  /** The pod's own namespace. */
  readonly namespace: string;
  /** @param path with its query, from the root of the API */
  get(path: string, ask: Ask): Promise<K8sAnswer>;
}

// an object is at most 1.5 MiB (etcd's limit), but a list of them may be longer
const limitBytes = 32 * 1_048_576;

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
  const trust = readTrust(join(folder, 'ca.crt'));
  read('token');
  const origin = `https://${formatEndpoint(host, Number(port))}`;
  return {
    namespace: read('namespace'),
    get: async (path, { signal, onPhase }) => {
      const agent = createAgent(network, trust);
      try {
        const answer = await agent.request({
          method: 'GET',
          url: origin + path,
          // read each time: the kubelet renews it while we wait
          headers: [
            ['authorization', `Bearer ${read('token')}`],
            ['accept', 'application/json'],
          ],
          ...{ maxRedirects: 0, signal, onPhase },
        });
        const pieces: Buffer[] = [];
        let sizeBytes = 0;
        const tooLarge = new Failure('UNEXPECTED_ANSWER', 'the answer of the Kubernetes API is too large');
        await answer.receive((piece) => {
          pieces.push(piece);
          sizeBytes += piece.length;
          if (sizeBytes > limitBytes) answer.close(tooLarge);
        });
        return { status: answer.status, body: parseJson(Buffer.concat(pieces).toString('utf8')) };
      } finally {
        agent.close();
      }
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
