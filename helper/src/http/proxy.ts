// Which proxy a URL goes through, by the variables that everything else goes by. Pure.
import { BlockList, isIP } from 'node:net';
import { Failure } from '../core/failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL: https_proxy or http_proxy by its scheme, in lower case or else in capitals, unless no_proxy
 * names the host: `*`; a name, which counts for the names below it too; an address; a range such as 10.0.0.0/8; each
 * with a port behind a colon where only that one is meant.
 * @throws Failure USAGE where the variable is no URL of an HTTP proxy
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const variable = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const text = (env[variable] ?? env[variable.toUpperCase()])?.trim();
  if (text === undefined || text === '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (isExempt(host, port, env.no_proxy ?? env.NO_PROXY ?? '')) return undefined;
  const proxy = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (proxy === null || proxy.protocol !== 'http:') {
    // not shown: it may hold a password
    throw new Failure('USAGE', `${variable} is not the URL of an HTTP proxy, such as http://proxy:3128`);
  }
  return proxy;
}

function isExempt(host: string, port: string, list: string): boolean {
  return list.split(/[\s,]+/).some((item) => {
    const entry = item.toLowerCase();
    if (entry === '') return false;
    if (entry === '*') return true;
    const [, name = '', only] = /^(\[.*\]|[^:]*|[^[]*:[^[]*:[^[]*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (only !== undefined && only !== port) return false;
    const plain = name.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0) return host === plain || inRange(host, plain);
    const suffix = plain.replace(/^\*?\./, '');
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}

function inRange(address: string, range: string): boolean {
  const [, network = '', bits = ''] = /^(.+)\/(\d+)$/.exec(range) ?? [];
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}
