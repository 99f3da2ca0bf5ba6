// Plain data → YAML of ours: short things on one line, texts of several lines as blocks.
import { flowList, flowMap, list, literal, map, type NewNode } from '../manifest/node.ts';
import { isValues } from '../manifest/values.ts';

export function plainNode(value: unknown): NewNode {
  if (Array.isArray(value)) {
    return value.every(isScalar) ? flowList(value.map(plainNode)) : list(value.map(plainNode));
  }
  if (isValues(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, plainNode(item)] as const);
    const short =
      entries.length <= 3 && Object.values(value).every((item) => isScalar(item) && !/\n/.test(String(item)));
    return (short ? flowMap : map)(Object.fromEntries(entries));
  }
  if (typeof value === 'string') return value.includes('\n') ? literal(value) : { kind: 'scalar', value };
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return { kind: 'scalar', value };
  // null: it has no text of its own
  return { kind: 'scalar', value: null };
}

const isScalar = (value: unknown) => value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
