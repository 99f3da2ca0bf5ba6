// Kubernetes' resource quantities ⇄ numbers: cores for cpu, bytes for the rest. Pure.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
import { formatByteSize, parseByteSize } from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';

/** @throws Fault input, naming the place */
export function parseQuantity(value: unknown, where: string): number {
  const text = String(value);
  const [, millis] = /^(\d+)m$/.exec(text) ?? [];
  if (millis !== undefined) return Number(millis) / 1_000;
  if (/^\d*\.?\d+(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new Fault('input', `${where}: ${JSON.stringify(text)} is not a quantity, such as 250m or 64Mi`);
}

/** Writes an amount of a resource: `250m` of cpu, `64Mi` of memory. */
export function formatQuantity(resource: string, amount: number): string {
  if (resource !== 'cpu') return formatByteSize(Math.round(amount));
  return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1_000)}m`;
}
