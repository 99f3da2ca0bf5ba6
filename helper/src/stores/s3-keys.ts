// Where the keys for S3 come from, in the order of AWS's own programs:
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html. The node's own role (IMDS) is not
// asked for: it is the node's, not the pod's.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { statusFailure } from '../http/classify.ts';
import { askSmall } from './read-small.ts';
import { readRefusal, refusalFailure } from './refusal.ts';
import { formatQuery, type StoreOptions, type StoreWorld } from './store.ts';
import { parseXml, textOf } from './xml.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** By the wall clock, in milliseconds. */
  readonly expiresMs?: number;
}

/**
 * Gives the keys, read or asked for anew when they will expire soon.
 * @param refused keys that the store did not take: others are looked for
 * @throws Failure of what gives them out
 */
export type KeySource = (signal: AbortSignal, refused?: Keys) => Promise<Keys>;

// AWS's own programs renew them five minutes before
const earlyMs = 5 * 60_000;

type Env = StoreWorld['env'];

/**
 * @param path of --credentials
 * @throws Failure USAGE where there are none, or what there is cannot be read
 */
export async function s3Keys(
  path: string | undefined,
  region: string,
  world: StoreWorld,
  { timeoutMs }: Pick<StoreOptions, 'timeoutMs'>,
): Promise<KeySource> {
  const { env, clock } = world;
  const read = reader(path, region, world, timeoutMs);
  let known: Keys | undefined;
  let reading: Promise<Keys> | undefined;
  const source: KeySource = async (signal, refused) => {
    const isGood = known !== undefined && (known.expiresMs ?? Infinity) - clock.wallTime() > earlyMs;
    if (known !== undefined && isGood && known !== refused) return known;
    // many files ask at once: one asks for all of them
    reading ??= read(signal).finally(() => {
      reading = undefined;
    });
    known = await reading;
    return known;
  };
  // what stands in files and variables must be right before anything is asked
  if (path !== undefined || env.AWS_ACCESS_KEY_ID !== undefined) await source(new AbortController().signal);
  return source;
}

function reader(path: string | undefined, region: string, world: StoreWorld, timeoutMs: number) {
  const { env } = world;
  const profile = env.AWS_PROFILE ?? 'default';
  if (path !== undefined) return () => readKeys(path, profile, '--credentials');
  if (env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_SECRET_ACCESS_KEY !== undefined)
    return async () => keysOf(env, 'the environment');
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = env;
  if (tokenFile && role) return (signal: AbortSignal) => assumeRole(tokenFile, role, region, world, timeoutMs, signal);
  const file = env.AWS_SHARED_CREDENTIALS_FILE;
  if (file) return () => readKeys(file, profile, 'AWS_SHARED_CREDENTIALS_FILE');
  const uri =
    env.AWS_CONTAINER_CREDENTIALS_FULL_URI ??
    (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI && `http://169.254.170.2${env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}`);
  if (uri) return (signal: AbortSignal) => askContainer(uri, world, timeoutMs, signal);
  throw new Failure('USAGE', 'no keys for s3: neither --credentials, nor AWS_ACCESS_KEY_ID, nor a web identity', {
    hint: 'Mount a Secret and name it with --credentials, annotate the service account with a role, or say --anonymous',
  });
}

function keysOf(texts: Env, where: string): Keys {
  const id = texts.AWS_ACCESS_KEY_ID?.trim();
  const secret = texts.AWS_SECRET_ACCESS_KEY?.trim();
  const token = texts.AWS_SESSION_TOKEN?.trim();
  if (!id || !secret) {
    const missing = id ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw new Failure('USAGE', `no keys for s3: ${missing} is missing in ${where}`);
  }
  return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
}

/** A credentials file as AWS's programs have it, or a folder with a file for each key. */
async function readKeys(path: string, profile: string, where: string): Promise<Keys> {
  try {
    if ((await stat(path)).isDirectory()) {
      const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
      const texts = await Promise.all(names.map((name) => readFile(join(path, name), 'utf8').catch(ifMissing)));
      return keysOf(Object.fromEntries(names.map((name, index) => [name, texts[index]])), path);
    }
    const section = readProfile(await readFile(path, 'utf8'), profile);
    if (section === undefined) throw new Failure('USAGE', `${where}: ${path} has no profile ${profile}`);
    return keysOf(section, `profile ${profile} of ${path}`);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('USAGE', `${where}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Is the Secret mounted in the init container, and readable for its user (fsGroup, defaultMode)?',
      cause: error,
    });
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. Pure. */
export function readProfile(text: string, profile: string): Record<string, string> | undefined {
  let section: Record<string, string> | undefined;
  let found: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[\s*(?:profile\s+)?(.+?)\s*\]/.exec(line)?.[1];
    if (name !== undefined) {
      section = {};
      if (name === profile) found = section;
    }
    const [, key, value] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (section !== undefined && key !== undefined && value !== undefined) section[key.toUpperCase()] = value;
  }
  return found;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
async function assumeRole(
  tokenFile: string,
  role: string,
  region: string,
  { env, clock, agent }: StoreWorld,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Keys> {
  const token = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure('USAGE', `AWS_WEB_IDENTITY_TOKEN_FILE: ${tokenFile} cannot be read (${error.code})`, {
      hint: "Is the service account's token mounted in the init container?",
      cause: error,
    });
  });
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = env.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.${domain}/`;
  const body = formatQuery({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: role },
    ...{ RoleSessionName: env.AWS_ROLE_SESSION_NAME ?? 'greenroom', WebIdentityToken: token.trim() },
  });
  const headers = [['content-type', 'application/x-www-form-urlencoded']] as const;
  const { status, header, text } = await askSmall(
    agent,
    { method: 'POST', url, body, headers, signal },
    { clock, timeoutMs },
  );
  if (status !== 200) {
    throw refusalFailure(status, redactUrl(url), readRefusal(text, header), header('date'), clock.wallTime());
  }
  const result = parseXml(text).children.find(({ name }) => name === 'AssumeRoleWithWebIdentityResult');
  const at = (name: string) => textOf(result, 'Credentials', name);
  return keysFrom(redactUrl(url), at('AccessKeyId'), at('SecretAccessKey'), at('SessionToken'), at('Expiration'));
}

// what may be asked without TLS: this machine, and the agents of EKS and ECS on the node
const nodeHosts = ['localhost', '127.0.0.1', '[::1]', '169.254.170.2', '169.254.170.23', '[fd00:ec2::23]'];

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html: EKS Pod Identity, ECS. */
async function askContainer(
  uri: string,
  { env, clock, nodeAgent }: StoreWorld,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Keys> {
  const url = URL.parse(uri);
  if (url === null || (url.protocol !== 'https:' && !nodeHosts.includes(url.hostname))) {
    throw new Failure('USAGE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of the node');
  }
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? (await readFile(file, 'utf8')).trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const headers = token ? [['authorization', token] as const] : [];
  const { status, text } = await askSmall(
    nodeAgent,
    { method: 'GET', url: url.href, headers, signal },
    { clock, timeoutMs },
  );
  const where = redactUrl(url.href);
  if (status !== 200) throw statusFailure(status, where);
  const value = parseJson(text);
  const at = (name: string) => (typeof value[name] === 'string' ? value[name] : undefined);
  return keysFrom(where, at('AccessKeyId'), at('SecretAccessKey'), at('Token'), at('Expiration'));
}

export function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function keysFrom(
  where: string,
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined,
  expiration: string | undefined,
): Keys {
  if (!accessKeyId || !secretAccessKey) throw new Failure('UNEXPECTED_ANSWER', `${where} answers without keys`);
  const expiresMs = Date.parse(expiration ?? '');
  return {
    ...{ accessKeyId, secretAccessKey },
    ...(sessionToken && { sessionToken }),
    ...(!Number.isNaN(expiresMs) && { expiresMs }),
  };
}
