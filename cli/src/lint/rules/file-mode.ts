// Modes of files that are not what they look like.
import { isMap } from 'yaml';
import type { Remark, Rule } from '../rule.ts';
import type { Value } from '../value.ts';

// what people mean by these digits; as decimal numbers they are modes that nobody wants
const meant = /^[0-7]{3}$/;
const mostMode = 0o777;
const usual = [400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 664, 700, 750, 755, 770, 775, 777];

export const fileMode: Rule = {
  id: 'file-mode',
  severity: 'error',
  reason:
    'A mode is a number, in YAML 1.1 octal with a leading 0 (`0644`) and else decimal: `644` is 01204, which the API server refuses as larger than 0777; `400` is 0620; and `"0644"`, being text, is refused as well.',
  cure: 'Write `0644` in YAML; in JSON, which has no octal numbers, the decimal number (420).',
  example: {
    bad: `    configMap: {name: app, defaultMode: 644}`,
    good: `    configMap: {name: app, defaultMode: 0644}`,
  },
  *check({ pod }) {
    for (const { value: volume } of pod?.volumes ?? []) {
      for (const kind of ['configMap', 'secret', 'downwardAPI', 'projected']) {
        const source = volume.get(kind);
        if (source === undefined) continue;
        const inner = source.list('sources').flatMap((each) => each.entries.map(({ value }) => value));
        const items = [source, ...inner].flatMap((each) => each.list('items'));
        const modes = [source.get('defaultMode'), ...items.map((item) => item.get('mode'))];
        for (const mode of modes) if (mode !== undefined) yield* faults(mode);
      }
    }
  },
};

function* faults(at: Value): Generator<Remark> {
  const text = at.text ?? '';
  const { typed } = at;
  // JSON has no octal numbers
  const { contents } = at.origin.document;
  const isJson = isMap(contents) && contents.flow === true;
  const right = isJson ? String(Number.parseInt(text, 8)) : `0${text.replace(/^0+/, '')}`;
  const fix = /^0?[0-7]{3}$/.test(text) ? { fix: right, cure: `write ${right}` } : {};
  if (typed?.kind === 'text') {
    yield { at, message: `the mode ${JSON.stringify(text)} is text: the API server refuses it`, ...fix };
  } else if (typed?.kind === 'number' && typed.value > mostMode) {
    yield { at, message: `the mode ${text} is larger than 0777: the API server refuses it`, ...fix };
  } else if (typed?.kind === 'number' && meant.test(text) && usual.includes(Number(typed.value))) {
    const octal = `0${typed.value.toString(8)}`;
    yield { at, message: `the mode ${text} is decimal, and means ${octal}`, severity: 'warning', ...fix };
  }
}
