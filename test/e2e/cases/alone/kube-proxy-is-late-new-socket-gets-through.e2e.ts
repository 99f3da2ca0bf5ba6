// A Service is there and has an endpoint, and kube-proxy has not written its rules yet: what is sent to its address is
// lost, and what that socket sends again stays lost, for conntrack keeps the way that a flow first took. The helper must
// not sit the attempt out: a new socket gets through.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Namespace, onCluster, patienceMs, scaffold } from '../../case.ts';
import { onNode, signal, taskOf } from '../../node.ts';
import { origin, requestsOf } from '../../origin.ts';
import { isReady, isRunning } from '../../pod.ts';

// Where packets end that no rule has sent elsewhere: as on most networks, past the node and with no answer. (Our own
// node image answers "no route", so that tests mean the same everywhere; kind's does not.)
const nowhere = 'nowhere0';
const sendNowhere = (address: string) =>
  `ip link add ${nowhere} type veth peer name nowhere1 && ip address add 192.0.2.1/32 dev ${nowhere} &&
   ip link set ${nowhere} up && ip link set nowhere1 up && ip route add ${address} dev ${nowhere} &&
   ip neigh add ${address} lladdr 02:00:00:00:00:01 nud permanent dev ${nowhere}`;

/** As /proc/net/tcp has it: the bytes of an IPv4 address backwards. */
const hexOf = (address: string, port: number): string => {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `${bytes.toReversed().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
};

/** Resolves once a socket of the helper has sent its first packet and has no answer. */
async function isDialling(namespace: Namespace, pod: string, peer: string): Promise<void> {
  await namespace.pod(pod, 'its helper runs', (one) => isRunning(one, 'greenroom'));
  const { pid } = await namespace.task(pod, 'greenroom');
  const endMs = performance.now() + patienceMs;
  // columns: number, own address, peer, state; 02 is SYN_SENT
  while (!new RegExp(`${peer} 02 `).test(await onNode('cat', `/proc/${pid}/net/tcp`))) {
    assert.ok(performance.now() < endMs, `${pod} dials ${peer}\n${await namespace.summary()}`);
    await delay(50);
  }
}

onCluster(
  'an address that kube-proxy did not know when it was dialled is reached by a new socket',
  async (namespace) => {
    await namespace.apply(origin());
    await namespace.pod('origin', 'ready', isReady);
    const proxy = await taskOf('kube-proxy');
    await signal('SIGSTOP', proxy);
    try {
      await namespace.apply(`
apiVersion: v1
kind: Service
metadata: { name: late }
spec: { selector: { app: origin }, ports: [{ port: 8080 }] }
`);
      const address = await namespace.kubectl('get', 'service', 'late', '-o', 'jsonpath={.spec.clusterIP}');
      await onNode('sh', '-c', sendNowhere(address));
      // so patient that nothing but a new socket can make them ready
      const rest = ['--log-level=debug', '--command', '--', 'sleep', '1000'];
      const patient = '--timeout 20m --deadline 30m';
      await namespace.apply(
        await scaffold('pod', 'fetches', '--fetch', `http://late:8080/bytes/1 /data/file ${patient}`, ...rest),
        await scaffold('pod', 'waits', '--wait', `http://late:8080/bytes/2 ${patient}`, ...rest),
      );
      const peer = hexOf(address, 8080);
      for (const pod of ['fetches', 'waits']) await isDialling(namespace, pod, peer);

      await signal('SIGCONT', proxy);
      for (const name of ['fetches', 'waits']) {
        await namespace.pod(name, 'ready', isReady);
        // (refused it may have been: kube-proxy hears of Services and of their endpoints one after the other)
        assert.doesNotMatch(await namespace.logs(name, 'greenroom'), /TIMED_OUT/, `${name}: not by sitting it out`);
      }
    } finally {
      await signal('SIGCONT', proxy);
      await onNode('sh', '-c', `ip link delete ${nowhere} 2> /dev/null || true`);
    }
    const asked = (await requestsOf(namespace)).map(({ url, status }) => `${url} ${status}`).toSorted();
    assert.deepEqual(asked, ['/bytes/1 200', '/bytes/2 200']);
  },
);
