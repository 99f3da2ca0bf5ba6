// A token for Google Cloud Storage: by the key of a service account, by a user's own login, or from the metadata server
// (workload identity on GKE). https://cloud.google.com/docs/authentication/application-default-credentials
import { createSign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import type { HttpRequest } from '../http/agent.ts';
import { statusFailure } from '../http/classify.ts';
import { askSmall } from './read-small.ts';
import { oneLine } from './refusal.ts';
import { parseJson } from './s3-keys.ts';
import { formatQuery, type StoreOptions, type StoreWorld } from './store.ts';

/** @param refused a token that the store did not take */
export type TokenSource = (signal: AbortSignal, refused?: string) => Promise<string>;

const earlyMs = 60_000;
const scope = 'https://www.googleapis.com/auth/devstorage.read_only';

/**
 * @param elsewhere whether the store is not Google's own: without a key it is asked without a token
 * @throws Failure USAGE for a key that cannot be read
 */
export async function gsToken(
  { credentials, timeoutMs }: Pick<StoreOptions, 'credentials' | 'timeoutMs'>,
  elsewhere: boolean,
  world: StoreWorld,
): Promise<TokenSource | undefined> {
  const { env, clock, agent, nodeAgent } = world;
  const path = credentials ?? env.GOOGLE_APPLICATION_CREDENTIALS;
  if (!path && elsewhere && !env.GCE_METADATA_HOST) return undefined;
  // a key that is wrong is known before anything is asked; one that is rotated is read anew
  if (path) formTokenRequest(await readKey(path), 0);
  let known: { readonly token: string; readonly expiresMs: number } | undefined;

  const fetchToken = async (signal: AbortSignal) => {
    const request = path ? formTokenRequest(await readKey(path), clock.wallTime()) : metadataRequest(env);
    const about = { clock, timeoutMs };
    const { status, text } = await askSmall(path ? agent : nodeAgent, { ...request, signal }, about);
    const where = redactUrl(request.url);
    const { access_token: token, expires_in: seconds, error_description: why } = parseJson(text);
    if (status !== 200) {
      const { code, message, details } = statusFailure(status, where);
      throw new Failure(code, `${message}${typeof why === 'string' ? ` (${oneLine(why)})` : ''}`, {
        hint: path
          ? 'Is the key still valid, and the clock of the node right?'
          : "Bind the pod's service account to one of Google's (workload identity), or say --anonymous",
        details,
      });
    }
    if (typeof token !== 'string') throw new Failure('UNEXPECTED_ANSWER', `${where} answers without a token`);
    return { token, expiresMs: clock.wallTime() + (Number(seconds) || 0) * 1_000 };
  };
  let asking: ReturnType<typeof fetchToken> | undefined;
  return async (signal, refused) => {
    const isGood = known !== undefined && known.expiresMs - clock.wallTime() > earlyMs;
    if (known !== undefined && isGood && known.token !== refused) return known.token;
    asking ??= fetchToken(signal).finally(() => {
      asking = undefined;
    });
    known = await asking;
    return known.token;
  };
}

type Ask = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;
type Key = Readonly<Record<string, unknown>>;

async function readKey(path: string): Promise<Key> {
  try {
    // a mounted Secret is a folder; by the name that most give it
    const file = (await stat(path)).isDirectory() ? join(path, 'key.json') : path;
    return parseJson(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Failure('USAGE', `the key for gs: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Is the Secret mounted in the init container, and readable for its user (fsGroup, defaultMode)?',
      cause: error,
    });
  }
}

/** https://developers.google.com/identity/protocols/oauth2/service-account (RFC 7523) */
function formTokenRequest(key: Key, nowMs: number): Ask {
  const text = (name: string) => (typeof key[name] === 'string' ? key[name] : '');
  const url = text('token_uri') || 'https://oauth2.googleapis.com/token';
  const headers = [['content-type', 'application/x-www-form-urlencoded']] as const;
  if (!/^https?:/.test(url)) throw new Failure('USAGE', 'the key for gs: its token_uri is no URL');
  if (key.type === 'authorized_user') {
    const login = { client_id: text('client_id'), client_secret: text('client_secret') };
    const body = formatQuery({ grant_type: 'refresh_token', refresh_token: text('refresh_token'), ...login });
    return { method: 'POST', url, headers, body };
  }
  if (key.type !== 'service_account') {
    const kind = typeof key.type === 'string' ? `of the kind ${JSON.stringify(key.type)}` : 'no key in JSON';
    throw new Failure('USAGE', `the key for gs is ${kind}; it must be that of a service account`);
  }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(nowMs / 1_000);
  const claims = { iss: text('client_email'), scope, aud: url, iat, exp: iat + 3_600 };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  let signature: string;
  try {
    signature = createSign('RSA-SHA256').update(signed).sign(text('private_key'), 'base64url');
  } catch (error) {
    throw new Failure('USAGE', 'the key for gs: its private_key is no RSA key in PEM', { cause: error });
  }
  const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return {
    method: 'POST',
    url,
    headers,
    body: formatQuery({ grant_type: grant, assertion: `${signed}.${signature}` }),
  };
}

/** https://cloud.google.com/compute/docs/metadata/querying-metadata */
function metadataRequest(env: StoreWorld['env']): Ask {
  const host = env.GCE_METADATA_HOST || 'metadata.google.internal';
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  return { method: 'GET', url, headers: [['metadata-flavor', 'Google']] };
}
