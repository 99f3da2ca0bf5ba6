import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { test } from 'node:test';
import { createScram } from '../../../../helper/src/wait/servers/scram.ts';

// RFC 7677 §3
const nonce = 'rOprNGfwEbeRWgbNEkqO';
const serverNonce = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const serverFirst = `r=${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

test('the example of RFC 7677 is answered as there', () => {
  const scram = createScram('sha256', 'user', 'pencil', nonce);
  assert.equal(scram.first, `n,,n=user,r=${nonce}`);
  assert.equal(scram.prove(serverFirst), `c=biws,r=${serverNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`);
  assert.equal(scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='), true);
  assert.equal(scram.verify('v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='), false);
  assert.equal(scram.verify('e=other-error'), false);
});

test('by SHA-512 the server finds the key that it stored (RFC 5802 §3)', () => {
  const scram = createScram('sha512', 'user', 'pencil', nonce);
  const final = scram.prove(serverFirst);
  const hmac = (key: Uint8Array, text: string) => createHmac('sha512', key).update(text).digest();
  const salted = pbkdf2Sync('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096, 64, 'sha512');
  const storedKey = createHash('sha512').update(hmac(salted, 'Client Key')).digest();
  const [withoutProof = '', proof = ''] = final.split(',p=');
  const signature = hmac(storedKey, `${scram.first.slice(3)},${serverFirst},${withoutProof}`);
  const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ (signature[index] ?? 0));
  assert.deepEqual(createHash('sha512').update(clientKey).digest(), storedKey);
});

test('a name with a comma or an equals sign stays one name', () => {
  assert.equal(createScram('sha256', 'a,b=c', '', 'n').first, 'n,,n=a=2Cb=3Dc,r=n');
});

for (const [what, message] of [
  ['a nonce of its own', 'r=other,s=W22Z,i=4096'],
  ['our nonce alone', `r=${nonce},s=W22Z,i=4096`],
  ['no salt', `r=${serverNonce},i=4096`],
  ['no count', `r=${serverNonce},s=W22Z`],
  ['a count that would take minutes', `r=${serverNonce},s=W22Z,i=100000000`],
]) {
  test(`${what} is not answered`, () => {
    assert.throws(() => createScram('sha256', 'user', 'pencil', nonce).prove(message ?? ''));
  });
}
