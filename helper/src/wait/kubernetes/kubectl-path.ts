// What `kubectl wait --for=jsonpath=` takes, as a condition of RFC 9535
// (https://kubernetes.io/docs/reference/kubectl/jsonpath/). Pure.
import { Failure } from '../../core/failure.ts';

/**
 * | kubectl                      | here                                        |
 * | ---------------------------- | ------------------------------------------- |
 * | `{.status.phase}=Running`    | `@.status.phase == "Running"`               |
 * | `{.spec.replicas}=3`         | `@.spec.replicas == "3" \|\| … == 3`        |
 * | `{.status.loadBalancer}`     | `@.status.loadBalancer`                     |
 * | `{.metadata.labels.a\.b/c}`  | `@.metadata.labels["a.b/c"]`                |
 * @returns the condition; what is none of kubectl's, as it is
 * @throws Failure USAGE for what kubectl takes and a condition cannot say in the same way
 */
export function fromKubectl(text: string): string {
  const [, path, value] = /^'?\{\s*\$?(\.[^{}]*?|\[[^{}]*?)\s*\}'?(?:={1,2}(.*))?$/s.exec(text.trim()) ?? [];
  if (path === undefined) return text;
  const parts = [...path.matchAll(/\.((?:\\.|[^.[\]\\])+)|\[(\d+|'[^']*'|"[^"]*")\]/gy)];
  if (parts.map(([whole]) => whole).join('') !== path) {
    throw new Failure(
      'USAGE',
      `--expect-json: ${JSON.stringify(text)} is a path of kubectl with more than names in it`,
      {
        hint: 'Write it as a condition, with @ for the object: @.status.conditions[?@.type == "Ready" && @.status == "True"]',
      },
    );
  }
  const query = `@${parts
    .map(([, name, key]) => (name === undefined ? `[${key}]` : `[${JSON.stringify(name.replace(/\\(.)/g, '$1'))}]`))
    .join('')}`;
  if (value === undefined) return query;
  const plain = value.replace(/^(["'])(.*)\1$/s, '$2');
  const asText = `${query} == ${JSON.stringify(plain)}`;
  // kubectl compares what it would print
  return /^(?:-?\d+(?:\.\d+)?|true|false|null)$/.test(plain) ? `${asText} || ${query} == ${plain}` : asText;
}
