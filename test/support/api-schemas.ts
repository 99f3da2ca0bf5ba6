// The API server's own description of its objects as one strict JSON schema a kind, in the layout that kubeconform
// asks for: made once, from the Kubernetes of the test cluster, whose Go module holds it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './read-imports.ts';

const [, version = ''] =
  /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync(join(root, 'images/kind-node/go/versions/1.36.mod'), 'utf8')) ?? [];

/** Where the schemas are, once they are made. */
const folder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'greenroom',
  `kubernetes-schemas-${version}`,
);

/** What kubeconform is called with; or why a test must do without the schemas. */
export function apiSchemas(): { readonly words: readonly string[] } | { readonly skip: string } {
  if (existsSync(folder)) return { words: ['-kubernetes-version', version, '-schema-location', folder] };
  return { skip: 'LEFT OUT: there are no schemas (node test/prepare.ts kubernetes-schemas makes them once, with Go)' };
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

type Definitions = Readonly<Record<string, Schema>>;

// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/: what the description calls a string
const alsoNumbers = [
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'io.k8s.apimachinery.pkg.api.resource.Quantity',
];

/** Makes the schemas, unless they are there. @throws Error with what Go said */
export function buildApiSchemas(): void {
  if (existsSync(folder)) return;
  const words = ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`];
  const { status, stdout, stderr, error } = spawnSync('go', words, { cwd: tmpdir(), encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr);
  const { Dir: module } = JSON.parse(stdout) as { Dir: string };
  const text = readFileSync(join(module, 'api/openapi-spec/swagger.json'), 'utf8');
  const { definitions } = JSON.parse(text) as { definitions: Definitions };
  mkdirSync(join(folder, '..'), { recursive: true });
  const made = mkdtempSync(`${folder}.`);
  try {
    // the names that kubeconform looks for: deployment-apps-v1, service-v1
    const place = join(made, `v${version}-standalone-strict`);
    mkdirSync(place);
    for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions)) {
      const [only, ...others] = kinds;
      // what belongs to many groups is no object of a manifest
      if (only === undefined || others.length > 0) continue;
      const group = only.group.split('.')[0] ?? '';
      const file = [only.kind.toLowerCase(), ...(group === '' ? [] : [group]), only.version].join('-');
      writeFileSync(join(place, `${file}.json`), JSON.stringify(standalone(name, definitions)));
    }
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

const nameOf = ($ref: string) => $ref.slice('#/definitions/'.length);

/** A definition with all that it refers to. */
function standalone(name: string, definitions: Definitions): unknown {
  const needed: Record<string, unknown> = {};
  const add = (one: string): void => {
    if (one in needed) return;
    const definition = definitions[one];
    if (definition === undefined) throw new Error(`no definition of ${one}`);
    needed[one] = alsoNumbers.includes(one) ? { type: ['string', 'number'] } : strict(definition);
    for (const [, next = ''] of JSON.stringify(definition).matchAll(/"\$ref":"([^"]+)"/g)) add(nameOf(next));
  };
  add(name);
  return { $schema: 'http://json-schema.org/draft-07/schema#', $ref: `#/definitions/${name}`, definitions: needed };
}

/** A field that nobody described is a fault. */
function strict(schema: Schema): unknown {
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: strict(additionalProperties) } : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, strict(one)])),
          additionalProperties: false,
        }),
  };
}
