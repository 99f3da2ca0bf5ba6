// Which addresses are not out in the Internet: for those who fetch what their users name. Pure.
import { BlockList, isIP } from 'node:net';

// IANA's special-purpose registries (RFC 6890), and multicast. What Kubernetes gives pods, Services and nodes is
// nearly always among them, and so is every cloud's metadata service.
const ranges = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  '::/127 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 fc00::/7 fe80::/10 fec0::/10',
  'ff00::/8',
]
  .join(' ')
  .split(' ');

// made when it is first asked: few do, and Node reads its part of that for it
let made: BlockList | undefined;

function privateRanges(): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** @param address without brackets or zone; IPv4 written as IPv6 counts as what it is */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return true;
  made ??= privateRanges();
  return made.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
