// A compose file → what each service waits for before it starts, as depends_on says it; and what is known of the others.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Place } from '../../fault.ts';
import { type ManifestDocument, parseSlice } from '../../manifest/parse.ts';
import { Lines } from '../../manifest/place.ts';
import { follow, itemsAt, lookup, type Tree, textAt } from '../../manifest/tree.ts';

export interface Dependency {
  readonly name: string;
  /** `service_started`, `service_healthy`, `service_completed_successfully`. */
  readonly condition: string;
  readonly required: boolean;
  readonly place: Place;
}

export interface Service {
  readonly name: string;
  readonly image: string;
  /** Ports in the container, in the order of `expose` and `ports`. */
  readonly ports: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** The words of the health check; undefined where the file has none. */
  readonly healthcheck: readonly string[] | undefined;
  readonly dependencies: readonly Dependency[];
}

/** Whether a text is a compose file: services, and no kind of Kubernetes. */
export const isCompose = (text: string): boolean =>
  /^services:[ \t\r]*(?:#.*)?$/m.test(text) && !/^(?:kind|apiVersion):/m.test(text);

/** @throws Fault input */
export function readCompose(file: string, text: string): Service[] {
  const lines = new Lines(file, text);
  const slice = { text, offset: 0 };
  return parseSlice(slice, lines).flatMap((document) =>
    entriesOf(document, lookup(document, document.contents as Tree, 'services')).map(
      ([key, value]): Service => ({
        name: key.text,
        image: plain(textAt(document, value, 'image') ?? ''),
        ports: portsOf(document, value),
        environment: environmentOf(document, value),
        healthcheck: healthcheckOf(document, value),
        dependencies: dependenciesOf(document, value, lines),
      }),
    ),
  );
}

/** `$$` is a dollar in compose. */
const plain = (text: string) => text.replaceAll('$$', '$');

/** Whether compose fills something in that this file does not say. */
export const isFilledIn = (text: string) => /(?:^|[^$])(?:\$\$)*\$(?:\{|[A-Za-z_])/.test(text);

type Key = { readonly text: string; readonly node: Node };

function entriesOf(document: ManifestDocument, tree: Node | undefined): (readonly [Key, Node | undefined])[] {
  if (!isMap(tree)) return [];
  return tree.items.flatMap(({ key, value }) =>
    isScalar(key) ? [[{ text: String(key.value), node: key }, follow(document, value as Tree)] as const] : [],
  );
}

const scalarText = (node: Node | undefined) => (isScalar(node) ? String(node.value ?? '') : '');

function portsOf(document: ManifestDocument, service: Node | undefined): string[] {
  const long = (node: Node) => textAt(document, node, 'target') ?? scalarText(node);
  return [...itemsAt(document, service, 'expose'), ...itemsAt(document, service, 'ports')].flatMap((node) => {
    // 8080:80, 127.0.0.1:8080:80, 80/tcp
    const [, port, protocol = 'tcp'] = /(?:^|:)(\d{1,5})(?:\/(\w+))?$/.exec(long(node)) ?? [];
    return port === undefined || protocol !== 'tcp' ? [] : [port];
  });
}

function environmentOf(document: ManifestDocument, service: Node | undefined): ReadonlyMap<string, string> {
  const tree = lookup(document, service, 'environment');
  const pairs = isSeq(tree)
    ? itemsAt(document, service, 'environment').map((node) => /^([^=]*)=(.*)$/s.exec(scalarText(node))?.slice(1) ?? [])
    : entriesOf(document, tree).map(([key, value]) => [key.text, scalarText(value)]);
  return new Map(
    pairs.flatMap(([name, value]) =>
      name === undefined || value === undefined || isFilledIn(value) ? [] : [[name, plain(value)] as const],
    ),
  );
}

function healthcheckOf(document: ManifestDocument, service: Node | undefined): string[] | undefined {
  const check = lookup(document, service, 'healthcheck');
  const test = lookup(document, check, 'test');
  if (test === undefined || textAt(document, check, 'disable') === 'true') return undefined;
  if (!isSeq(test)) return ['sh', '-c', scalarText(test)];
  const [kind, ...words] = itemsAt(document, check, 'test').map(scalarText);
  if (kind === 'CMD') return words;
  return kind === 'CMD-SHELL' ? ['sh', '-c', words.join(' ')] : undefined;
}

function dependenciesOf(document: ManifestDocument, service: Node | undefined, lines: Lines): Dependency[] {
  const tree = lookup(document, service, 'depends_on');
  const place = (node: Node) => lines.placeAt(node.range?.[0] ?? 0);
  if (isSeq(tree)) {
    return itemsAt(document, service, 'depends_on').map((node) => ({
      name: scalarText(node),
      condition: 'service_started',
      required: true,
      place: place(node),
    }));
  }
  return entriesOf(document, tree).map(([key, value]) => ({
    name: key.text,
    condition: textAt(document, value, 'condition') ?? 'service_started',
    required: textAt(document, value, 'required') !== 'false',
    place: place(key.node),
  }));
}
