// Where output goes and input comes from: nowhere, or to a port by /dev/tcp.
import { hostOf, portOf } from '../ask.ts';
import { expandText } from './expand.ts';
import { type Redirection, Unsure } from './syntax.ts';
import type { World } from './world.ts';

export interface Redirected {
  readonly silent: boolean;
  /** The connection that /dev/tcp makes. */
  readonly port: string | undefined;
}

/** @throws Unsure where a file is written or read */
export function redirect(redirections: readonly Redirection[], world: World): Redirected {
  let silent = false;
  let port: string | undefined;
  for (const { operator, descriptor, target } of redirections) {
    const to = expandText(target, world);
    const [, host, number] = /^\/dev\/tcp\/([^/]+)\/([^/]+)$/.exec(to) ?? [];
    if (host !== undefined) port = `tcp://${hostOf(host)}:${portOf(number)}`;
    else if (operator.endsWith('&') && operator !== '&>') {
      if (!/^(?:\d|-|\/dev\/null)$/.test(to)) throw new Unsure(`output goes to ${to}`, target.offset);
      if (to === '/dev/null') silent = true;
    } else if (to === '/dev/null') silent ||= operator !== '<' && descriptor !== '2';
    else if (!/^\/dev\/std(?:out|err)$/.test(to)) {
      const what = operator === '<' ? `input comes from ${to}` : `a file is written: ${to}`;
      throw new Unsure(what, target.offset);
    }
  }
  return { silent, port };
}
