// Reads the fields of a manifest, and names the place of one that is of the wrong kind.
import { Fault } from '../../fault.ts';

export class Fields {
  readonly value: Readonly<Record<string, unknown>>;
  /** Such as `Pod web, spec.containers[0]`. */
  readonly where: string;

  constructor(value: unknown, where: string) {
    if (!isMapping(value)) throw new Fault('input', `${where}: is ${nameOf(value)}, not a mapping`);
    this.value = value;
    this.where = where;
  }

  get keys(): string[] {
    return Object.keys(this.value);
  }

  text(name: string): string | undefined {
    return this.#read(name, 'text', (value) => typeof value === 'string');
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new Fault('input', `${this.where}: has no ${name}`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#read<number | bigint>(name, 'a number', (one) => ['number', 'bigint'].includes(typeof one));
    return value === undefined ? undefined : Number(value);
  }

  flag(name: string): boolean | undefined {
    return this.#read(name, 'true or false', (value) => typeof value === 'boolean');
  }

  /** The mapping under a name; undefined where there is none. */
  fields(name: string): Fields | undefined {
    const value = this.value[name];
    return value === undefined || value === null ? undefined : new Fields(value, this.#place(name));
  }

  /** The list of mappings under a name; empty where there is none. */
  list(name: string): Fields[] {
    return this.#items(name).map((item, index) => new Fields(item, `${this.#place(name)}[${index}]`));
  }

  texts(name: string): string[] | undefined {
    if (this.value[name] === undefined || this.value[name] === null) return undefined;
    return this.#items(name).map((item, index) => {
      if (typeof item === 'string') return item;
      throw new Fault('input', `${this.#place(name)}[${index}]: is ${nameOf(item)}, not text`, { cure: cureOf(item) });
    });
  }

  numbers(name: string): number[] {
    return this.#items(name).map((item, index) => {
      if (typeof item === 'number') return item;
      throw new Fault('input', `${this.#place(name)}[${index}]: is ${nameOf(item)}, not a number`);
    });
  }

  /** A mapping of texts, such as labels. */
  textMap(name: string): Readonly<Record<string, string>> {
    const fields = this.fields(name);
    return Object.fromEntries(Object.keys(fields?.value ?? {}).map((key) => [key, fields?.text(key) ?? '']));
  }

  #items(name: string): unknown[] {
    const value = this.value[name] ?? [];
    if (!Array.isArray(value)) throw new Fault('input', `${this.#place(name)}: is ${nameOf(value)}, not a list`);
    return value;
  }

  #read<T>(name: string, kind: string, fits: (value: unknown) => boolean): T | undefined {
    const value = this.value[name];
    if (value === undefined || value === null) return undefined;
    if (!fits(value)) {
      const fault = `${this.#place(name)}: is ${nameOf(value)}, not ${kind}`;
      throw new Fault('input', fault, kind === 'text' ? { cure: cureOf(value) } : {});
    }
    return value as T;
  }

  #place(name: string): string {
    return this.where.includes(', ') ? `${this.where}.${name}` : `${this.where}, ${name}`;
  }
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${String(value)}`;
}

function cureOf(value: unknown): string {
  return typeof value === 'boolean'
    ? 'put it in quotes: kubectl reads y, n, yes, no, on and off as true and false'
    : 'put it in quotes, or the API server refuses it';
}
