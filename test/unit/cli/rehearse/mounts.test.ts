import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, showAsInContainer } from '../../../../cli/src/rehearse/pod/mounts.ts';
import { fillIn, parseStandIn } from '../../../../cli/src/rehearse/processes/stand-in.ts';

const mount = (path: string, folder: string) => ({ volume: 'v', path, subPath: '', readOnly: false, folder });
const mounts = [mount('/a', '/host/one'), mount('/a/b', '/host/two'), mount('/x y', "/host/it's")];
const place = (path: string) => placeOf(path, mounts, '/host/root').path;

describe('a path of a container', () => {
  it('lies in the folder of the innermost mount that holds it', () => {
    assert.equal(place('/a/c'), '/host/one/c');
    assert.equal(place('/a/b/c'), '/host/two/c');
    assert.equal(place('/a/b'), '/host/two');
    assert.equal(place('/a/'), '/host/one/');
  });

  it('does not lie in a mount whose name only begins alike, nor climb out of one', () => {
    assert.equal(place('/ab/c'), '/host/root/ab/c');
    assert.equal(place('/a/../etc'), '/host/root/etc');
    assert.equal(place('/a/b/../c'), '/host/one/c');
  });

  it('is shown again as the container knows it', () => {
    const text = 'wrote /host/two/c, read /host/root/etc/hosts and /host/one/d';
    assert.equal(showAsInContainer(text, mounts, '/host/root'), 'wrote /a/b/c, read /etc/hosts and /a/d');
  });
});

describe('--stand-in', () => {
  const fill = (line: string) =>
    fillIn({ container: 'app', line }, mounts, (name) => (name === 'db' ? '127.0.0.1:9' : undefined));

  it('is a container and a line for the shell', () => {
    assert.deepEqual(parseStandIn("app=sh -c 'x=1'"), { container: 'app', line: "sh -c 'x=1'" });
    for (const text of ['app', 'app=', '=x', 'app= ']) assert.throws(() => parseStandIn(text), /CONTAINER='COMMAND'/);
  });

  it('has paths in braces put in their place, quoted for the shell', () => {
    assert.equal(fill('cat {/a/f} {/x y}'), "cat /host/one/f '/host/it'\\''s'");
  });

  it('has Services in braces replaced by their address', () => {
    assert.equal(fill('psql {db:5432}'), 'psql 127.0.0.1:9');
  });

  it('leaves the braces of the shell alone', () => {
    const line = `echo \${HOME} {a,b} {}`;
    assert.equal(fill(line), line);
  });

  it('names a path outside of every volume, and a Service that has no address', () => {
    assert.throws(() => fill('cat {/etc/passwd}'), /\/etc\/passwd lies in no volume/);
    assert.throws(() => fill('nc {cache:1}'), /\{cache:1\} is no Service/);
  });
});
