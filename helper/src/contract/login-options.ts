// Options of the server protocols: who logs in, and what is asked then. The password itself is never an option.
import { choice, flag, list, path, text, variable } from './option.ts';

export const loginOptions = {
  user: text<string | undefined>({
    flag: 'user',
    placeholder: 'NAME',
    default: undefined,
    summary: 'The user who logs in; without one nobody does',
  }),
  passwordEnv: variable('password-env', 'The variable that holds the password'),
  passwordFile: path<string | undefined>({
    flag: 'password-file',
    default: undefined,
    summary: 'The file that holds the password, such as a mounted Secret, read anew for each login',
  }),
  credsFile: path<string | undefined>({
    flag: 'creds-file',
    default: undefined,
    summary: 'The credentials (.creds) that NATS gave out, with a JWT and its key',
  }),
  sasl: choice({
    flag: 'sasl',
    choices: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    default: 'PLAIN',
    summary: 'How Kafka takes the user and the password',
  }),
  tls: flag({
    flag: 'tls',
    summary: 'Speak TLS, where the scheme of the target has no spelling for it',
  }),
  primary: flag({
    flag: 'primary',
    summary: 'The server must be the primary; a replica, a standby or one that is read-only counts as not ready',
  }),
  hasPrimary: flag({
    flag: 'has-primary',
    summary: 'The replica set must have a primary, whichever of its members is asked',
  }),
  tables: list({
    flag: 'table',
    placeholder: 'TABLE',
    summary: 'A table, or view, that must exist in the database; of MongoDB a collection',
    // PostgreSQL's and MySQL's identifiers and MongoDB's collections fit, with or without the schema and quotes
    check: (value) => (/^[^\p{Cc}]{1,200}$/u.test(value) ? undefined : 'is no name of a table'),
  }),
  query: text<string | undefined>({
    flag: 'query',
    placeholder: 'SQL',
    default: undefined,
    summary: 'A query that must give a row whose first value is not NULL, false, 0 or empty. It may change nothing',
  }),
  keys: list({ flag: 'key', placeholder: 'KEY', summary: 'A key that must exist' }),
  queues: list({ flag: 'queue', placeholder: 'QUEUE', summary: 'A queue that must exist; none is made by asking' }),
  streams: list({
    flag: 'stream',
    placeholder: 'STREAM',
    summary: 'A stream of JetStream that must exist',
    // https://docs.nats.io/running-a-nats-service/nats_admin/jetstream_admin/naming
    check: (value) => (/^[^\s.*>/\\\p{Cc}]+$/u.test(value) ? undefined : `${JSON.stringify(value)} names no stream`),
  }),
} as const;
