// The text of /etc/hosts → addresses by name, by hosts(5). Pure.
import { addressFamily } from '../core/address.ts';
import type { Address } from './address.ts';

/**
 * Reads the file. Names are in lower case; a name that stands in several lines has all their addresses, in order.
 * Kubernetes writes hostAliases and the pod's own name here.
 */
export function parseHostsFile(text: string): ReadonlyMap<string, readonly Address[]> {
  const addresses = new Map<string, Address[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = addressFamily(address);
    if (family === undefined) continue;
    for (const name of new Set(names.map((given) => given.toLowerCase()))) {
      const known = addresses.get(name) ?? [];
      if (!known.some((other) => other.address === address)) known.push({ address, family });
      addresses.set(name, known);
    }
  }
  return addresses;
}
