// Google Cloud Storage: objects by the XML API, whose ETags are proper ones, and listings by the JSON API.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import type { Agent, Answer, HttpRequest } from '../http/agent.ts';
import { askPage } from './ask-page.ts';
import { gsToken } from './gs-token.ts';
import { readText } from './read-small.ts';
import { oneLine, readRefusal, refusalFailure } from './refusal.ts';
import { parseJson } from './s3-keys.ts';
import { encodeKey, formatQuery, type Listed, type ObjectStore, type StoreOptions, type StoreWorld } from './store.ts';

const forOthers = new Set([304, 412, 416]);

export async function openGs(bucket: string, options: StoreOptions, world: StoreWorld): Promise<ObjectStore> {
  const { env, clock } = world;
  const emulator = env.STORAGE_EMULATOR_HOST || undefined;
  const given = options.endpoint ?? (emulator?.includes('://') === false ? `http://${emulator}` : emulator);
  const base = URL.parse(given ?? 'https://storage.googleapis.com');
  if (base === null)
    throw new Failure('USAGE', 'STORAGE_EMULATOR_HOST is not the URL of a store, such as http://gcs:4443');
  const { origin } = base;
  // a token that the user gave is sent as such
  const hasToken = options.bearerEnv !== undefined || options.bearerFile !== undefined;
  const token = options.anonymous || hasToken ? undefined : await gsToken(options, given !== undefined, world);

  const request = async (asked: HttpRequest): Promise<Answer> => {
    if (new URL(asked.url).origin !== origin) return world.agent.request(asked);
    let proof = await token?.(asked.signal);
    for (let turn = 1; ; turn++) {
      const headers = [
        ...asked.headers,
        ...(proof === undefined ? [] : [['authorization', `Bearer ${proof}`] as const]),
      ];
      const answer = await world.agent.request({ ...asked, headers, maxRedirects: 0 });
      if (answer.status < 300 || answer.status >= 500 || forOthers.has(answer.status)) return answer;
      const text = await readText(answer, 65_536).catch(() => '');
      if (answer.status === 401 && turn === 1 && proof !== undefined) {
        proof = await token?.(asked.signal, proof);
        continue;
      }
      const told = readRefusal(text, () => undefined);
      const { error } = parseJson(text) as { error?: { message?: unknown } };
      const said =
        told.code === '' && typeof error?.message === 'string' ? { ...told, message: oneLine(error.message) } : told;
      throw refusalFailure(answer.status, redactUrl(asked.url), said, answer.header('date'), clock.wallTime());
    }
  };
  const agent: Agent = { request, close: () => world.agent.close() };
  return {
    agent,
    url: (key) => `${origin}/${encodeURIComponent(bucket)}/${encodeKey(key)}`,
    list: async (prefix, page, signal) => {
      const fields = 'items(name,size,generation),nextPageToken';
      const query = formatQuery({ prefix, maxResults: '1000', fields, pageToken: page });
      const url = `${origin}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`;
      const text = await askPage(agent, url, signal, { clock, timeoutMs: options.timeoutMs });
      const { items, nextPageToken } = parseJson(text);
      const objects = (Array.isArray(items) ? items : []).map(
        (item: { name?: unknown; size?: unknown; generation?: unknown } | null): Listed => {
          const sizeBytes = Number(item?.size);
          if (typeof item?.name === 'string' && Number.isSafeInteger(sizeBytes)) {
            return { key: item.name, sizeBytes, version: String(item.generation ?? '') };
          }
          throw new Failure('UNEXPECTED_ANSWER', 'the store lists an object without a name or a size');
        },
      );
      return { objects, next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : undefined };
    },
  };
}
