// A strict reading of Kubernetes objects: a field that no version knows is a fault, as is a missing one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Tables {
  readonly kinds: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const { kinds, models } = JSON.parse(
  readFileSync(new URL('kubernetes-fields.json', import.meta.url), 'utf8'),
) as Tables;

/** Faults of an object as `spec.template.spec.containers[0]: unknown field "imgae"`; none is what is hoped for. */
export function checkObject(value: unknown): string[] {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const model = kinds[String(kind)];
  assert.ok(model !== undefined, `no table for ${String(kind)}`);
  return checkModel(value, model, String(kind));
}

/** The same for a part of an object, such as a `V1Container`. */
export function checkModel(value: unknown, model: string, path: string): string[] {
  const fields = models[model] ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: is no mapping`];
  const missing = Object.entries(fields)
    .filter(([name, type]) => type.endsWith('!') && !(name in value))
    .map(([name]) => `${path}: ${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, item]) => {
    const type = fields[name]?.replace(/!$/, '');
    return type === undefined
      ? [`${path}: unknown field ${JSON.stringify(name)}`]
      : checkType(item, type, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function checkType(value: unknown, type: string, path: string): string[] {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path}: is no list`];
    return value.flatMap((item, index) => checkType(item, type.slice(0, -2), `${path}[${index}]`));
  }
  const [, ofMap] = /^map<(\w+)>$/.exec(type) ?? [];
  if (ofMap !== undefined) {
    if (typeof value !== 'object' || value === null) return [`${path}: is no mapping`];
    return Object.entries(value).flatMap(([name, item]) => checkType(item, ofMap, `${path}.${name}`));
  }
  if (models[type] !== undefined) return checkModel(value, type, path);
  if (type === 'IntOrString') return ['string', 'number'].includes(typeof value) ? [] : [`${path}: is ${typeof value}`];
  const expected = ['number', 'boolean'].includes(type) ? type : 'string';
  return typeof value === expected ? [] : [`${path}: is ${typeof value}, not ${expected}`];
}
