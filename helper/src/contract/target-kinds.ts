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

/** Who logs in. */
const login: readonly WaitOptionName[] = ['user', 'passwordEnv', 'passwordFile'];

/** Of a TLS connection. */
const certificates: readonly WaitOptionName[] = ['caFile', 'certFile', 'keyFile', 'serverName'];

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
      'jsonConditions',
      'method',
      'body',
      'maxRedirects',
      'http2',
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
      'http://search:9200/_cluster/health --expect-json \'@.status == "green" && @.number_of_nodes >= 3\'',
      'http://api:8080/health --contains ready --matches "^version 2\\."',
      'https://api/ready --expect-header "X-Ready: ^yes$" --cert-file /etc/client/tls.crt --key-file /etc/client/tls.key',
      'http://api/graphql --method POST --header "Content-Type: application/json" --body \'{"query":"{ready}"}\'',
      'http://localhost/ready --unix-socket /run/app/app.sock',
      'http://api:8080/health --http2 --max-redirects 0',
    ],
  },
  tls: {
    schemes: ['tls'],
    ready: 'The TLS handshake succeeds, with a certificate that is trusted, for the name, and valid for long enough.',
    options: [...certificates, 'validForMs'],
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
    ready:
      'The server takes part in a login, or with --user in a whole one. Not while it starts up, recovers, shuts down or has no connection left.',
    options: [...login, 'primary', 'tables', 'query', 'tls', ...certificates],
    examples: [
      'postgres://db',
      'postgres://db/shop --user shop --password-file /run/db/password --table orders',
      'postgres://db/shop --user shop --password-env PGPASSWORD --primary',
      "postgres://db/shop --user shop --password-env PGPASSWORD --query 'SELECT count(*) > 41 FROM migrations'",
      'postgres://db:5433 --tls --ca-file /etc/ca/ca.crt',
    ],
  },
  mysql: {
    schemes: ['mysql'],
    ready:
      'The server, MySQL or MariaDB, greets, or with --user lets in. Not while it has no connection left or does not allow this host.',
    options: [...login, 'primary', 'tables', 'query', 'tls', ...certificates],
    examples: [
      'mysql://db',
      'mysql://db/shop --user shop --password-file /run/db/password --table orders',
      "mysql://db/shop --user shop --password-env DB_PASSWORD --query 'SELECT count(*) FROM orders'",
      'mysql://db --user shop --password-env DB_PASSWORD --primary --tls --ca-file /etc/ca/ca.crt',
    ],
  },
  redis: {
    schemes: ['redis', 'rediss'],
    ready: 'The server, Redis or Valkey, answers PING. Not while it loads its data, or has lost its primary.',
    options: [...login, 'primary', 'keys', ...certificates],
    examples: [
      'redis://cache',
      'redis://cache-0.cache:6379 --primary',
      'redis://cache --password-file /run/cache/password --key seeded',
      'rediss://cache --user app --password-env REDIS_PASSWORD --ca-file /etc/ca/ca.crt',
    ],
  },
  memcached: {
    schemes: ['memcached'],
    ready: 'The server says its version.',
    options: ['tls', ...certificates],
    examples: ['memcached://cache', 'memcached://cache --tls --ca-file /etc/ca/ca.crt'],
  },
  nats: {
    schemes: ['nats'],
    ready: 'The server introduces itself, or with a login lets in, and is not about to shut down.',
    options: [...login, 'credsFile', 'streams', 'tls', ...certificates],
    examples: [
      'nats://nats',
      'nats://nats --user app --password-file /run/nats/password --stream ORDERS',
      'nats://nats --creds-file /run/nats/app.creds --tls --ca-file /etc/ca/ca.crt',
    ],
  },
  amqp: {
    schemes: ['amqp', 'amqps'],
    ready: 'The server, RabbitMQ for one, begins an AMQP 0-9-1 connection, or with --user opens one.',
    options: [...login, 'queues', ...certificates],
    examples: [
      'amqp://rabbitmq',
      'amqp://rabbitmq/shop --user shop --password-file /run/rabbitmq/password --queue orders',
      'amqps://rabbitmq --ca-file /etc/ca/ca.crt',
    ],
  },
  grpc: {
    schemes: ['grpc', 'grpcs'],
    ready: 'The health service of the server (grpc.health.v1) says SERVING, for the service named or the server.',
    options: certificates,
    examples: ['grpc://orders:8080', 'grpcs://orders:443/shop.Orders --ca-file /etc/ca/ca.crt'],
  },
  mongodb: {
    schemes: ['mongodb'],
    ready: 'The server says that it is a primary or a secondary, and with --user lets in.',
    options: [...login, 'primary', 'hasPrimary', 'tables', 'tls', ...certificates],
    examples: [
      'mongodb://db',
      'mongodb://db-0.db:27017 --primary',
      'mongodb://db-headless --has-primary --tls --ca-file /etc/ca/ca.crt',
      'mongodb://db/shop --user shop --password-file /run/db/password --table orders',
    ],
  },
  kafka: {
    schemes: ['kafka'],
    ready: 'A broker names the brokers of its cluster; of a topic, each partition has a leader.',
    options: [...login, 'sasl', 'tls', ...certificates],
    examples: [
      'kafka://kafka:9092',
      'kafka://kafka:9092/orders',
      'kafka://kafka:9093/orders --user app --password-file /run/kafka/password --sasl SCRAM-SHA-512 --tls --ca-file /etc/ca/ca.crt',
    ],
  },
  k8s: {
    schemes: ['k8s'],
    ready: 'The Kubernetes API says that the object is done, ready or there; by name, or all that a selector chooses.',
    options: ['namespace', 'selector', 'condition', 'jsonConditions', 'clusterScoped'],
    examples: [
      'k8s://job/migrate --deadline 10m',
      'k8s://service/db --namespace data',
      'k8s://pod --selector app=db',
      'k8s://certificates.cert-manager.io/web --condition Ready',
      'k8s://clusterissuers.cert-manager.io/acme --condition Ready --cluster-scoped',
      'k8s://crd/certificates.cert-manager.io',
      'k8s://ingress/shop --expect-json @.status.loadBalancer.ingress',
      "k8s://pod/db-0 --expect-json '{.status.phase}=Running'",
      'k8s://configmap/lock --gone',
    ],
  },
};
