// The bill of materials: valid by the standard's own schema, and complete.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { billOfMaterials, bundledParts, type Part, partsOfNode } from '../../../images/helper/sbom.ts';
import { root } from '../../support/read-imports.ts';

const library = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
const schema = (name: string) =>
  JSON.parse(readFileSync(join(library, 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8'));
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82']) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const validate = ajv.compile(schema('bom-1.6'));

const whole = {
  kind: 'container',
  name: 'greenroom/helper',
  version: '1.2.3',
  created: '2026-01-02T03:04:05Z',
} as const;
const deb: Part = {
  ...{ kind: 'deb', name: 'libstdc++6', version: '12.2.0-14+deb12u1', architecture: 'amd64' },
  licence: 'see /usr/share/doc/libstdc++6/copyright',
};

interface Bill {
  components: { name: string; version: string; purl: string; licenses: unknown[]; hashes?: unknown[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

test('the bill of what is bundled is valid, and names every package with its version, licence and digest', () => {
  for (const program of ['helper', 'cli'] as const) {
    const parts = bundledParts(root, program);
    const { components, dependencies } = JSON.parse(billOfMaterials(whole, parts)) as Bill;
    assert.ok(validate(JSON.parse(billOfMaterials(whole, parts))), JSON.stringify(validate.errors));
    assert.equal(components.length, parts.length);
    assert.deepEqual(dependencies.find(({ ref }) => ref === 'greenroom/helper@1.2.3')?.dependsOn?.length, parts.length);
    for (const { purl, licenses, hashes } of components) {
      assert.match(purl, /^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/);
      assert.equal(licenses.length, 1, purl);
      assert.equal(hashes?.length, 1, purl);
    }
  }
});

test('nothing is bundled that the list leaves out: what the sources import is in it', () => {
  const names = (program: 'helper' | 'cli') => bundledParts(root, program).map(({ name }) => name);
  for (const name of ['undici', 'pino', 'yaml', 'tar-stream', 'yauzl', 'pg', 'mysql2', 'mongodb', 'amqplib', 'aws4']) {
    assert.ok(names('helper').includes(name), name);
  }
  for (const name of ['yaml', 'yargs', 'dns-packet']) assert.ok(names('cli').includes(name), name);
});

test('Debian, Node and what is built into Node have the names that scanners look for', () => {
  const { node } = process.versions;
  const parts: Part[] = [deb, { kind: 'node', name: 'node', version: node, licence: 'MIT' }, ...partsOfNode(node)];
  const text = billOfMaterials(whole, parts);
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
  assert.match(text, /pkg:deb\/debian\/libstdc%2B%2B6@12\.2\.0-14%2Bdeb12u1\?arch=amd64/);
  assert.match(text, new RegExp(`cpe:2\\.3:a:nodejs:node\\.js:${node}:`));
  assert.match(text, /pkg:generic\/openssl@3\./);
  assert.deepEqual(partsOfNode('1.0.0'), [], 'of another Node than this one nothing is known');
});

test('the same contents give the same bytes, in whatever order they come', () => {
  const parts = bundledParts(root, 'cli');
  assert.equal(billOfMaterials(whole, parts), billOfMaterials(whole, parts.toReversed()));
});
