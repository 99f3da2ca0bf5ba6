import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureDetails } from '../../../../helper/src/core/failure.ts';
import type { FailureCodeName } from '../../../../helper/src/core/failure-codes.ts';
import type { HintFacts } from '../../../../helper/src/wait/hints/hint.ts';
import { hintFor, hints } from '../../../../helper/src/wait/hints/hints.ts';

const pod = { namespace: 'shop', domain: 'cluster.local' };

function facts(code: FailureCodeName, details: FailureDetails = {}, host: string | undefined = 'db'): HintFacts {
  return { cause: new Failure(code, '', { details }), host, port: 5432, pod };
}

// for each hint: facts that lead to it, and something that it must name
const reached: Readonly<Record<string, readonly [HintFacts, RegExp]>> = {
  'proxy-not-used': [
    { ...facts('TIMED_OUT', { phase: 'connect' }, 'www.example.org'), proxyVariable: 'HTTPS_PROXY' },
    /HTTPS_PROXY is set, but the helper uses no proxy/,
  ],
  'own-name': [{ ...facts('CONNECTION_REFUSED'), isOwnName: true }, /db is this pod's own name too.*db\.shop\.svc/],
  'mesh-not-up': [
    { ...facts('CONNECTION_REFUSED'), mesh: { name: 'Istio', isUp: false, seenBy: 'ISTIO_META_MESH_ID' } },
    /pod of Istio \(ISTIO_META_MESH_ID\), whose proxy does not listen/,
  ],
  'mesh-closed': [
    { ...facts('CONNECTION_RESET'), mesh: { name: 'Linkerd', isUp: true, seenBy: 'port 4140' } },
    /Linkerd's proxy in this pod \(port 4140\).*service-name=db -n shop/,
  ],
  'all-refused': [{ ...facts('CONNECTION_REFUSED'), othersRefuse: 2 }, /^3 hosts refuse alike/],
  'no-such-service': [
    facts('NAME_NOT_FOUND', { answer: 'NXDOMAIN' }),
    /no Service db in namespace shop.*kubectl get service db -n shop/,
  ],
  'no-such-service-or-host': [facts('NAME_NOT_FOUND', { answer: 'NXDOMAIN' }, 'db.prod'), /no db in namespace prod/],
  'no-such-name': [facts('NAME_NOT_FOUND', { answer: 'NXDOMAIN' }, 'www.example.org'), /spelt/],
  'no-address': [facts('NAME_NOT_FOUND', { answer: 'NODATA' }), /no record of that kind/],
  'cluster-dns-silent': [facts('NAME_SERVER_FAILED', { answer: 'TIMEOUT' }), /port 53, UDP and TCP/],
  'cluster-dns-down': [facts('NAME_SERVER_FAILED', { answer: 'UNREACHABLE' }), /Nothing listens/],
  'cluster-dns-failing': [facts('NAME_SERVER_FAILED', { answer: 'SERVFAIL' }), /kubectl logs -n kube-system/],
  'own-pod': [facts('CONNECTION_REFUSED', {}, 'localhost'), /restartPolicy: Always/],
  'service-not-ready': [
    facts('CONNECTION_REFUSED'),
    /port 5432.*no ready endpoints \(kubectl get endpointslices -l kubernetes.io\/service-name=db -n shop\)/,
  ],
  'nothing-listens': [facts('CONNECTION_REFUSED', {}, '10.0.0.7'), /port 5432/],
  'volume-silent': [{ ...facts('TIMED_OUT', {}, undefined), isOfPath: true }, /NFS/],
  'packets-dropped': [facts('TIMED_OUT', { phase: 'connect' }), /NetworkPolicy.*service-name=db -n shop/],
  'no-answer': [facts('TIMED_OUT', { phase: 'answer' }), /says nothing/],
  'no-route': [facts('UNREACHABLE'), /no way to the address.*no ready endpoints/],
  'closed-at-once': [facts('CONNECTION_RESET'), /mesh proxy/],
  'tls-name': [facts('TLS_FAILED', { errno: 'ERR_TLS_CERT_ALTNAME_INVALID' }), /not for db/],
  'tls-date': [facts('TLS_FAILED', { errno: 'CERT_HAS_EXPIRED' }), /not valid now/],
  'tls-untrusted': [facts('TLS_FAILED', { errno: 'SELF_SIGNED_CERT_IN_CHAIN' }), /--ca-file/],
  'tls-not-spoken': [facts('TLS_FAILED', { errno: 'EPROTO' }), /scheme is http/],
  'http-credentials': [facts('UNEXPECTED_STATUS', { status: 401 }), /--header-env/],
  'http-no-backend': [facts('UNEXPECTED_STATUS', { status: 503 }), /behind it is not ready/],
  'http-redirect': [facts('UNEXPECTED_STATUS', { status: 302 }), /--max-redirects/],
  'file-missing': [facts('NOT_THERE', { errno: 'ENOENT' }, undefined), /volume.*mounted/],
  'file-permission': [facts('UNEXPECTED_ANSWER', { errno: 'EACCES' }, undefined), /fsGroup/],
  'k8s-forbidden': [
    facts('UNEXPECTED_ANSWER', { answer: 'forbidden', resource: 'jobs.batch', namespace: 'shop', name: 'migrate' }),
    /kubectl create role wait --verb=get,list,watch --resource=jobs.batch --resource-name=migrate -n shop/,
  ],
  'k8s-unauthorized': [facts('UNEXPECTED_ANSWER', { answer: 'unauthorized', status: 401 }), /token/],
  'k8s-gone': [
    facts('NOT_THERE', { answer: 'object-gone', resource: 'jobs.batch', namespace: 'shop' }),
    /another of its name is waited for.*ttlSecondsAfterFinished/,
  ],
  'k8s-not-there': [
    facts('NOT_THERE', { answer: 'no-such-object', resource: 'jobs.batch', namespace: 'shop' }),
    /kubectl get jobs.batch -n shop.*ttlSecondsAfterFinished/,
  ],
  'login-refused': [facts('LOGIN_REFUSED'), /Secret/],
  'http-other-status': [facts('UNEXPECTED_STATUS', { status: 404 }), /is the path right/],
};

for (const { id } of hints) {
  test(`${id} is said, and names what it is about`, () => {
    const [given, named] = reached[id] ?? assert.fail('no facts lead to it');
    const hint = hintFor(given);
    assert.equal(hint?.id, id);
    assert.match(hint?.text ?? '', named);
  });
}

test('a hint leaves room for the sentence before it in a termination message', () => {
  for (const [given] of Object.values(reached)) assert.ok((hintFor(given)?.text.length ?? 0) < 330, hintFor(given)?.id);
});

test('a silence at the name server is its own, not that of the target', () => {
  assert.equal(hintFor(facts('TIMED_OUT', { phase: 'resolve' }))?.id, 'cluster-dns-silent');
});

test('a Service is not reached by a proxy, whatever the environment says', () => {
  const given = { ...facts('NAME_NOT_FOUND', { answer: 'NXDOMAIN' }), proxyVariable: 'HTTP_PROXY' };
  assert.equal(hintFor(given)?.id, 'no-such-service');
});

test('a right over objects of the cluster is one of a cluster role', () => {
  const details = { answer: 'forbidden', resource: 'nodes', namespace: '', name: '' };
  const text = hintFor(facts('UNEXPECTED_ANSWER', details))?.text ?? '';
  assert.match(text, /kubectl create clusterrole wait --verb=list,watch --resource=nodes, and a clusterrolebinding/);
});

test('where nothing is known nothing is said', () => {
  assert.equal(hintFor(facts('NETWORK_FAILED')), undefined);
});
