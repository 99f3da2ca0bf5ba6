// A value of a manifest, as the table of the Pod Security Standards reads mappings. Pure.
import type { PodMapping } from '../manifest/pod-security.ts';
import type { Value } from './value.ts';

export function mappingOf(value: Value): PodMapping {
  return {
    get keys() {
      return value.entries.flatMap(({ key }) => (key.text === undefined || key.text === '<<' ? [] : [key.text]));
    },
    text: (name) => value.textAt(name),
    number: (name) => value.numberAt(name),
    flag: (name) => value.flagAt(name),
    texts: (name) => value.list(name).map(({ text }) => text ?? ''),
    fields(name) {
      const found = value.get(name);
      return found === undefined ? undefined : mappingOf(found);
    },
    list: (name) => value.list(name).map(mappingOf),
  };
}
