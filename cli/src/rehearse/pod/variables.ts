// The environment of a container, and $(NAME) in its words, as the kubelet makes them. Pure.
import type { Container } from './pod-spec.ts';
import type { Values } from './values.ts';

export type Environment = Readonly<Record<string, string>>;

/**
 * The variables of a container: those of Services first, then `envFrom`, then `env`, each over the ones before.
 * @throws Fault input for a ConfigMap or Secret that is not there
 */
export function environmentOf(container: Container, values: Values, services: Environment): Environment {
  const env: Record<string, string> = { ...services };
  const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  for (const source of container.environments) {
    for (const [key, value] of values.keysOf(source) ?? []) env[source.prefix + key] = decode(value);
  }
  for (const { name, from } of container.variables) {
    const value = values.valueOf(from, container);
    if (value === undefined) continue;
    env[name] = from.kind === 'value' ? expand(from.value, env) : decode(value);
  }
  return env;
}

/**
 * Replaces `$(NAME)` where the variable is known; `$$` is a dollar sign.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function expand(text: string, env: Environment): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name?: string) => {
    if (name === undefined) return '$';
    return env[name] ?? whole;
  });
}
