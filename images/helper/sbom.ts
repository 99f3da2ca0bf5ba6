// The bill of materials: what lies in the image, or in the npm package, for scanners and lawyers, as CycloneDX 1.6
// (https://cyclonedx.org/docs/1.6/json/). The same contents give the same bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

/** One thing that was taken from others. */
export interface Part {
  readonly kind: 'npm' | 'deb' | 'node' | 'in-node';
  /** As its own registry has it. */
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or words where there is none. */
  readonly licence: string;
  /** Of the archive that it came in, in hexadecimal. */
  readonly sha512?: string | undefined;
  /** Debian's, such as `amd64`; of a deb only. */
  readonly architecture?: string;
}

/** What the whole is. */
export interface Whole {
  readonly kind: 'container' | 'application';
  readonly name: string;
  readonly version: string;
  /** As in the image's label; RFC 3339. */
  readonly created: string;
}

/** What the parts' registries call them (https://github.com/package-url/purl-spec). */
function purlOf({ kind, name, version, architecture }: Part): string {
  const at = `${encodeURIComponent(name).replaceAll('%2F', '/')}@${encodeURIComponent(version)}`;
  if (kind === 'npm') return `pkg:npm/${at}`;
  if (kind === 'deb') return `pkg:deb/debian/${at}?arch=${architecture}`;
  return `pkg:generic/${at}`;
}

function component(part: Part): Models.Component {
  const { kind, name, version, licence, sha512 } = part;
  const type = kind === 'node' ? Enums.ComponentType.Application : Enums.ComponentType.Library;
  const isExpression = /^[\w.()+ -]+$/.test(licence) && !licence.startsWith('see ');
  const made = new Models.Component(type, name, {
    version,
    purl: purlOf(part),
    bomRef: purlOf(part),
    licenses: new Models.LicenseRepository([
      isExpression ? new Models.LicenseExpression(licence) : new Models.NamedLicense(licence),
    ]),
  });
  if (sha512 !== undefined) made.hashes.set(Enums.HashAlgorithm['SHA-512'], sha512);
  // vulnerabilities of Node itself, and of what is built into it, are listed by this name
  if (kind === 'node') made.cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  return made;
}

/** Writes the bill. */
export function billOfMaterials({ kind, name, version, created }: Whole, parts: readonly Part[]): string {
  const type = Enums.ComponentType[kind === 'container' ? 'Container' : 'Application'];
  const whole = new Models.Component(type, name, { version, bomRef: `${name}@${version}` });
  whole.licenses.add(new Models.LicenseExpression('Apache-2.0'));
  const bom = new Models.Bom({ metadata: new Models.Metadata({ timestamp: new Date(created), component: whole }) });
  for (const part of parts) {
    const made = component(part);
    bom.components.add(made);
    whole.dependencies.add(made.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/**
 * The npm packages that went into a bundle, by the list of licences that lies beside it.
 * @param program the folder below `dist/`
 * @throws Error where one is not in package-lock.json
 */
export function bundledParts(root: string, program: 'helper' | 'cli'): Part[] {
  const list = readFileSync(join(root, 'dist', program, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  return list.split(`${'-'.repeat(80)}\n\n`).map((section) => {
    const [, name = '', version = '', licence = ''] = /^(\S+) (\S+): (.+)$/m.exec(section) ?? [];
    const locked = Object.entries(packages).find(
      ([path, one]) => path.endsWith(`node_modules/${name}`) && one.version === version,
    );
    if (locked === undefined) throw new Error(`package-lock.json does not name ${name} ${version}`);
    return { kind: 'npm', name, version, licence, sha512: hexOf(locked[1].integrity) };
  });
}

/** What is built into Node, as it says of itself; nothing where the Node that runs this is not that one. */
export function partsOfNode(version: string): Part[] {
  if (process.versions.node !== version) return [];
  return Object.entries(process.versions)
    .filter(
      ([name, own]) =>
        /^(?:ada|ares|brotli|icu|llhttp|nghttp2|openssl|simdjson|sqlite|uv|v8|zlib|zstd)$/.test(name) && own,
    )
    .map(([name, own = '']) => ({ kind: 'in-node', name, version: own, licence: 'see /usr/share/doc/node/copyright' }));
}

/** An integrity of package-lock.json, in hexadecimal. */
export function hexOf(integrity: string | undefined): string | undefined {
  const [, base64] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}
