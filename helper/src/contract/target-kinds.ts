// Every kind of target: when it is ready, and which options it takes. helper/targets.md is made from this table.
import type { TargetKind, targetSchemes } from './target.ts';
import type { waitOptions } from './wait-options.ts';

type WaitOptionName = keyof typeof waitOptions;

export interface TargetKindDescription {
  readonly schemes: readonly (keyof typeof targetSchemes)[];
  /** When it is ready, as a sentence. */
  readonly ready: string;
  /** The options that are for this kind and perhaps others; those that every kind takes are not among them. */
  readonly options: readonly WaitOptionName[];
  /** Complete steps, without the word `wait`. */
  readonly examples: readonly string[];
}

/** What every kind takes. */
export const optionsOfAllKinds: readonly WaitOptionName[] = [
  'any',
  'atLeast',
  'deadlineMs',
  'timeoutMs',
  'intervalMs',
  'splayMs',
  'successes',
  'stableForMs',
  'gone',
  'failIf',
];

export const targetKinds: Readonly<Record<TargetKind, TargetKindDescription>> = {
  tcp: {
    schemes: ['tcp'],
    ready: 'Something accepts a connection, at any address of the host. Nothing is sent: it may not serve yet.',
    options: ['holdMs'],
    examples: ['tcp://db:5432 --deadline 2m', 'tcp://db:5432 --hold 200ms', 'tcp://old-db:5432 --gone'],
  },
  dns: {
    schemes: ['dns'],
    ready: 'The name has the records asked for, under the search list of the pod.',
    options: ['record', 'minRecords', 'wantedRecords'],
    examples: [
      'dns://myappb',
      'dns://db-headless --min-records 3',
      'dns://_sql._tcp.db --record SRV --expect-record "0 100 5432 db-0.db.shop.svc.cluster.local"',
      'dns://10.96.0.7 --record PTR',
    ],
  },
  http: {
    schemes: ['http', 'https'],
    ready: 'The answer to a GET has a status that counts, and the headers and the body that are expected.',
    options: [
      'statuses',
      'wantedHeaders',
      'contains',
      'matches',
      'method',
      'body',
      'maxRedirects',
      'headers',
      'envHeaders',
      'fileHeaders',
      'unixSocket',
      'caFile',
      'certFile',
      'keyFile',
    ],
    examples: [
      'http://api:8080/health',
      'https://api/health --status 204 --ca-file /etc/ca/ca.crt',
      'http://search:9200/_cluster/health --matches \'"status" *: *"(green|yellow)"\'',
      'https://api/ready --expect-header "X-Ready: ^yes$" --cert-file /etc/client/tls.crt --key-file /etc/client/tls.key',
      'http://api/graphql --method POST --header "Content-Type: application/json" --body \'{"query":"{ready}"}\'',
      'http://localhost/ready --unix-socket /run/app/app.sock',
    ],
  },
  tls: {
    schemes: ['tls'],
    ready: 'The TLS handshake succeeds, with a certificate that is trusted, for the name, and valid for long enough.',
    options: ['caFile', 'certFile', 'keyFile', 'serverName', 'validForMs'],
    examples: ['tls://api:443 --valid-for 168h', 'tls://10.96.0.7:8443 --server-name api.example.org'],
  },
  unix: {
    schemes: ['unix'],
    ready: 'Something accepts a connection at the socket.',
    options: ['holdMs'],
    examples: ['unix:///run/app/app.sock'],
  },
  file: {
    schemes: ['file'],
    ready: 'The file is there, large enough, and with the content expected, of which the first mebibyte is looked at.',
    options: ['contains', 'matches', 'minSizeBytes'],
    examples: ['file:///data/ready', 'file:///data/state --contains migrated --min-size 1Ki'],
  },
  postgres: {
    schemes: ['postgres', 'postgresql'],
    ready: 'The server takes part in a login. Not while it starts up, recovers, shuts down or has no connection left.',
    options: [],
    examples: ['postgres://db', 'postgres://db:5433 --stable-for 5s'],
  },
  mysql: {
    schemes: ['mysql'],
    ready: 'The server, MySQL or MariaDB, greets. Not while it has no connection left or does not allow this host.',
    options: [],
    examples: ['mysql://db'],
  },
  redis: {
    schemes: ['redis', 'rediss'],
    ready: 'The server, Redis or Valkey, answers PING. Not while it loads its data, or has lost its primary.',
    options: ['primary', 'caFile', 'certFile', 'keyFile', 'serverName'],
    examples: ['redis://cache', 'redis://cache-0.cache:6379 --primary', 'rediss://cache --ca-file /etc/ca/ca.crt'],
  },
  memcached: {
    schemes: ['memcached'],
    ready: 'The server says its version.',
    options: [],
    examples: ['memcached://cache'],
  },
  nats: {
    schemes: ['nats'],
    ready: 'The server introduces itself, and is not about to shut down.',
    options: [],
    examples: ['nats://nats'],
  },
  amqp: {
    schemes: ['amqp', 'amqps'],
    ready: 'The server, RabbitMQ for one, begins an AMQP 0-9-1 connection.',
    options: ['caFile', 'certFile', 'keyFile', 'serverName'],
    examples: ['amqp://rabbitmq', 'amqps://rabbitmq --ca-file /etc/ca/ca.crt'],
  },
  grpc: {
    schemes: ['grpc', 'grpcs'],
    ready: 'The health service of the server (grpc.health.v1) says SERVING, for the service named or the server.',
    options: ['caFile', 'certFile', 'keyFile', 'serverName'],
    examples: ['grpc://orders:8080', 'grpcs://orders:443/shop.Orders --ca-file /etc/ca/ca.crt'],
  },
  mongodb: {
    schemes: ['mongodb'],
    ready: 'The server says that it is a primary or a secondary.',
    options: ['primary'],
    examples: ['mongodb://db', 'mongodb://db-0.db:27017 --primary'],
  },
  kafka: {
    schemes: ['kafka'],
    ready: 'A broker names the brokers of its cluster; of a topic, each partition has a leader.',
    options: [],
    examples: ['kafka://kafka:9092', 'kafka://kafka:9092/orders'],
  },
  k8s: {
    schemes: ['k8s'],
    ready: 'The Kubernetes API says that the object is done, ready or there; by name, or all that a selector chooses.',
    options: ['namespace', 'selector', 'condition', 'clusterScoped'],
    examples: [
      'k8s://job/migrate --deadline 10m',
      'k8s://service/db --namespace data',
      'k8s://pod --selector app=db',
      'k8s://certificates.cert-manager.io/web --condition Ready',
      'k8s://clusterissuers.cert-manager.io/acme --condition Ready --cluster-scoped',
      'k8s://crd/certificates.cert-manager.io',
      'k8s://configmap/lock --gone',
    ],
  },
};
