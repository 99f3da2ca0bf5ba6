// What the Kubernetes API says instead of an object → why a wait goes on. Pure.
import { Failure } from '../../core/failure.ts';
import type { Readiness } from '../probe.ts';

export type Refusal = Extract<Readiness, { kind: 'not-ready' }>;

/** What was asked for. */
export interface Asked {
  /** As in RBAC: `jobs.batch`. */
  readonly resource: string;
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/**
 * @param verb of RBAC
 * @param body as far as it was JSON: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export function refusal(asked: Asked, verb: string, status: number, body: unknown): Refusal {
  const { message = '' } = (body ?? {}) as { message?: string };
  const { resource, namespace = '', name = '' } = asked;
  const [code, words, answer] = meaning(status);
  const details = { resource, namespace, name, verb, status, answer };
  return { kind: 'not-ready', cause: new Failure(code, `${words}: ${message}`, { details }) };
}

/** The object is not there; or it was, and is gone. */
export function notThere(asked: Asked, wasThere: boolean): Refusal {
  const { resource, namespace = '', name = '' } = asked;
  const where = namespace === '' ? '' : ` in namespace ${namespace}`;
  const details = { resource, namespace, name, answer: wasThere ? 'object-gone' : 'no-such-object' };
  const what = `${resource} "${name}"${where}`;
  const unknown = resource === 'jobs.batch' ? ', and how it ended was not seen' : '';
  const message = wasThere ? `it was there and is gone${unknown}: ${what}` : `no such object: ${what}`;
  return { kind: 'not-ready', cause: new Failure('NOT_THERE', message, { details }) };
}

function meaning(status: number): ['NOT_SERVING' | 'UNEXPECTED_ANSWER', string, string] {
  switch (status) {
    case 404:
      return ['NOT_SERVING', 'the Kubernetes API knows no such resource', 'no-such-resource'];
    case 403:
      return ['UNEXPECTED_ANSWER', 'the Kubernetes API refuses', 'forbidden'];
    case 401:
      return ['UNEXPECTED_ANSWER', 'the Kubernetes API refuses', 'unauthorized'];
    default:
      return ['NOT_SERVING', `the Kubernetes API answers ${status}`, 'other'];
  }
}
