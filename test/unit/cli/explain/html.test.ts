// explain -o html, and tall pictures: one file that fetches nothing, whole in itself, with everything foreign escaped.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInShell } from '../../../support/in-shell.ts';
import { root } from '../../../support/read-imports.ts';

const web = readFileSync(join(root, 'test/golden/explain/web.yaml'), 'utf8');

async function explain(input: string, output: string): Promise<string> {
  const words = ['explain', '-o', output, '--helper-image', 'greenroom/helper:0.1.0', '-'];
  const { exitCode, stdout, stderr } = await runInShell(words, { input });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

/** A pod of many init containers, each of which fetches a file; with sidecars among them. */
function crowd(count: number): string {
  const fetches = Array.from(
    { length: count },
    (_, index) =>
      `{name: fetch-${index}, image: "greenroom/helper:0.1.0", args: [fetch, "https://example.org/${'long-name-'.repeat(9)}${index}", /data/${index}], volumeMounts: [{name: data, mountPath: /data}]}`,
  );
  const sidecar = (name: string) => `{name: ${name}, image: x, restartPolicy: Always}`;
  const all = [sidecar('mesh'), ...fetches, sidecar(`l${'o'.repeat(61)}g`)];
  return `{kind: Pod, metadata: {name: crowd}, spec: {initContainers: [${all.join(', ')}], containers: [{name: app, image: x, volumeMounts: [{name: data, mountPath: /srv}]}], volumes: [{name: data, emptyDir: {}}]}}`;
}

/** Fails where a tag of a page or picture is not closed, or one is closed that is not open. */
function assertWhole(markup: string): void {
  const empty = ['meta', '!doctype'];
  const open: string[] = [];
  for (const [tag, slash, name = '', , selfClosed] of markup.matchAll(
    /<(\/?)([a-z!][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/gi,
  )) {
    if (slash) assert.equal(open.pop(), name, tag);
    else if (!selfClosed && !empty.includes(name.toLowerCase())) open.push(name);
  }
  assert.deepEqual(open, []);
}

test('the page brings everything itself: no script, no address that a browser would fetch', async () => {
  const page = await explain(`${web}---\n${crowd(5)}`, 'html');
  assert.doesNotMatch(page, /<(?:script|link|img|iframe|object|embed|base|image|use|audio|video|source|form)\b/i);
  assert.doesNotMatch(page, /@import|@font-face|url\((?!#)/i);
  assert.doesNotMatch(page, /\s(?:src|srcset|data|action|poster|xlink:href|style|on\w+)=/i);
  for (const [, target = ''] of page.matchAll(/\shref="([^"]*)"/g)) assert.match(target, /^#w\d+$/);
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
});

test('the page holds the picture and every section of the text, of each workload', async () => {
  const page = await explain(`${web}---\n${crowd(5)}`, 'html');
  assertWhole(page);
  assert.equal([...page.matchAll(/<svg /g)].length, 2);
  assert.equal([...page.matchAll(/id="tip"/g)].length, 1);
  const headings = [
    'Order',
    'Files',
    'Time until the app starts',
    'When the helper fails',
    'Set aside by the scheduler',
  ];
  for (const heading of [...headings, 'Pod Security']) {
    assert.equal(page.split(`<h3>${heading}</h3>`).length, 3, heading);
  }
  for (const [, id] of page.matchAll(/href="#(\w+)"/g)) assert.equal(page.split(`id="${id}"`).length, 2);
  assert.match(page, /prefers-color-scheme:dark/);
});

test('the page escapes what comes from the manifest', async () => {
  const nasty = web
    .replace('http://api/health', 'http://a/<script>alert(1)</script>&amp;"')
    .replaceAll('metrics:1', '<b>&');
  const page = await explain(nasty, 'html');
  assertWhole(page);
  assert.ok(!page.includes('<script') && !page.includes('<b>'));
});

test('a way of a file leads to a sidecar too, in wide and in tall pictures, and over no box', async () => {
  for (const count of [2, 6]) {
    const svg = await explain(
      crowd(count).replace(
        '{name: mesh, image: x,',
        '{name: mesh, image: x, volumeMounts: [{name: data, mountPath: /d}],',
      ),
      'svg',
    );
    assertWhole(svg);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    const ends = [...svg.matchAll(/class="file" marker-end="[^"]+" d="([^"]+)"/g)].map(([, way = '']) => way);
    assert.equal(new Set(ends).size, count === 2 ? 5 : 2);
    const apps = svg.slice(svg.indexOf('<g class="app">'));
    const [, x, y, width, height] = (
      /x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(apps) ?? []
    ).map(Number);
    for (const way of ends) {
      // where it goes up or down, it does so beside the app's box
      const turns = [...way.matchAll(/H([\d.]+)V([\d.]+)/g)].map(([, ...at]) => at.map(Number));
      for (const [atX = 0, toY = 0] of turns) {
        const isWithin = atX > Number(x) && atX < Number(x) + Number(width) && toY < Number(y) + Number(height);
        assert.ok(!isWithin, way);
      }
    }
  }
});

test('a crowd of init containers is drawn from top to bottom, no wider than a page', async () => {
  for (const count of [4, 20]) {
    const svg = await explain(crowd(count), 'svg');
    assertWhole(svg);
    const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
    assert.ok(width < 800 && height > count * 80, `${width}x${height}`);
    // every box within the picture, and no two of them over each other
    const boxes = [...svg.matchAll(/class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
      ([, ...sides]) => sides.map(Number) as [number, number, number, number],
    );
    assert.equal(boxes.length, count + 3);
    for (const [index, [x, y, w, h]] of boxes.entries()) {
      assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height);
      for (const [x2, y2, w2, h2] of boxes.slice(index + 1)) {
        assert.ok(x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y, `${x},${y} over ${x2},${y2}`);
      }
    }
    // one way for all files of the volume
    assert.equal([...svg.matchAll(/class="path"/g)].length, 1);
    assert.match(svg, /<title>lo+g<\/title>/);
  }
});
