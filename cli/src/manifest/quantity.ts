// Kubernetes' resource quantities → numbers: cores for cpu, bytes for the rest; and back for people. Pure.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
import { formatByteSize } from '../../../helper/src/contract/index.ts';

const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Undefined for what is no quantity. */
export function parseQuantity(text: string): number | undefined {
  const [, digits, suffix = ''] = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([a-zA-Z]{0,2})$/.exec(text) ?? [];
  const factor = factors[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** Writes an amount of a resource: `250m` of cpu, `64Mi` of memory. */
export function formatQuantity(resource: string, amount: number): string {
  if (resource !== 'cpu') return formatByteSize(Math.round(amount));
  return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1_000)}m`;
}

/** Amounts by the name of the resource. */
type Amounts = Readonly<Record<string, number>>;

/**
 * Whether a container, or a pod as a whole, limits cpu and memory to what it asks for: if all do, the pod is Guaranteed.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/#guaranteed
 * @param requests with the limits in place of those that are not said, as the API server has it
 */
export const isExact = ({ requests, limits }: { readonly requests: Amounts; readonly limits: Amounts }): boolean =>
  ['cpu', 'memory'].every((name) => (limits[name] ?? 0) > 0 && requests[name] === limits[name]);
