// Hints for what a server, the Kubernetes API or a file answers.
import type { Hint } from './hint.ts';

export const answerHints: readonly Hint[] = [
  {
    id: 'tls-name',
    seen: 'the certificate is for other names',
    fits: ({ fact }) => fact('errno') === 'ERR_TLS_CERT_ALTNAME_INVALID',
    say: ({ host }) =>
      `The certificate is not for ${host}: use one of the names that it is for, or have this one added`,
  },
  {
    id: 'tls-date',
    seen: 'the certificate has expired, is not valid yet, or not for as long as asked for',
    fits: ({ fact }) => /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID|EXPIRES_SOON)$/.test(fact('errno')),
    say: () =>
      'The certificate is not valid now, or not for long enough: has it been renewed (cert-manager: kubectl get certificates -A), and is the clock of the node right?',
  },
  {
    id: 'tls-untrusted',
    seen: 'the certificate is signed by nobody that is trusted',
    fits: ({ code, fact }) => code === 'TLS_FAILED' && /CERT|ISSUER|SIGNED/.test(fact('errno')),
    say: () =>
      'The certificate comes from an authority that the image does not know: mount its certificate and name it with --ca-file',
  },
  {
    id: 'tls-not-spoken',
    seen: 'the TLS handshake fails in another way',
    fits: ({ code }) => code === 'TLS_FAILED',
    say: () => 'Does the server speak TLS at this port? If not, the scheme is http',
  },
  {
    id: 'k8s-forbidden',
    seen: 'the Kubernetes API says 403',
    fits: ({ fact }) => fact('answer') === 'forbidden',
    say: ({ fact }) => {
      const role = fact('namespace') === '' ? 'clusterrole' : 'role';
      const name = fact('name') === '' ? '' : ` --resource-name=${fact('name')}`;
      const place = fact('namespace') === '' ? '' : ` -n ${fact('namespace')}`;
      const verbs = fact('name') === '' ? 'list,watch' : 'get,list,watch';
      return `The pod's service account lacks a right: kubectl create ${role} wait --verb=${verbs} --resource=${fact('resource')}${name}${place}, and a ${role}binding of it to the service account`;
    },
  },
  {
    id: 'k8s-unauthorized',
    seen: 'the Kubernetes API says 401',
    fits: ({ fact }) => fact('answer') === 'unauthorized',
    say: () => 'The API server does not know the token of the service account: has the service account been deleted?',
  },
  {
    id: 'k8s-gone',
    seen: 'the Kubernetes API had such an object, and has it no more',
    fits: ({ fact }) => fact('answer') === 'object-gone',
    say: ({ fact }) =>
      'Something has deleted it, and another of its name is waited for' +
      (fact('resource') === 'jobs.batch'
        ? ': a Job that ends must live long enough to be seen (ttlSecondsAfterFinished), or one that Helm replaces comes again'
        : ''),
  },
  {
    id: 'k8s-not-there',
    seen: 'the Kubernetes API has no such object',
    fits: ({ fact }) => fact('answer') === 'no-such-object',
    say: ({ fact }) => {
      const place = fact('namespace') === '' ? '' : ` -n ${fact('namespace')}`;
      return (
        `Is it there, under that name (kubectl get ${fact('resource')}${place})?` +
        (fact('resource') === 'jobs.batch'
          ? ' A Job that was removed before this wait began counts as not ready, whatever it did: let it live longer with ttlSecondsAfterFinished'
          : '')
      );
    },
  },
  {
    id: 'login-refused',
    seen: 'the server serves, and does not take the user or the password',
    fits: ({ code }) => code === 'LOGIN_REFUSED',
    say: () =>
      'Does the Secret hold what the server knows? Most databases keep the user and password of their first start on their volume, whatever the Secret says since. Or the user is not made yet: then it is only early',
  },
  {
    id: 'http-credentials',
    seen: 'HTTP 401 or 403',
    fits: ({ fact }) => fact('status') === '401' || fact('status') === '403',
    say: () =>
      'It answers, but wants credentials: give them with --header-env or --header-file, or say with --status 401 that this answer will do',
  },
  {
    id: 'http-no-backend',
    seen: 'HTTP 502, 503 or 504',
    fits: ({ fact }) => /^50[234]$/.test(fact('status')),
    say: () => 'Something in front answers (an ingress, a gateway, a mesh proxy), and what is behind it is not ready',
  },
  {
    id: 'http-redirect',
    seen: 'HTTP 3xx that is not followed',
    fits: ({ fact }) => /^3\d\d$/.test(fact('status')),
    say: () =>
      'It answers with a redirect: wait for where that leads, allow it with --max-redirects, or accept it with --status 3xx',
  },
  {
    id: 'http-other-status',
    seen: 'any other HTTP status that does not count',
    fits: ({ code }) => code === 'UNEXPECTED_STATUS',
    say: () => 'It answers, with a status that does not count: is the path right? --status says which ones count',
  },
  {
    id: 'file-missing',
    seen: 'no such file, no such socket',
    fits: ({ fact }) => fact('errno') === 'ENOENT' || fact('errno') === 'ENOTDIR',
    say: () =>
      'Is the volume that it lies in mounted in this init container too, at that path? App containers, which may be what writes it, start later; a sidecar before this one does not',
  },
  {
    id: 'file-permission',
    seen: 'no permission to read, or to connect to a socket',
    fits: ({ fact }) => fact('errno') === 'EACCES',
    say: () => 'The user of this container may not: give both containers the same runAsUser, or the pod an fsGroup',
  },
];
