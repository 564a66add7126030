// Checks a receipt and a log by what deploy/LOG.md says alone: node verify.mjs SERVER RECEIPT [CHECKPOINT-FILE]
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [server, id, kept] = process.argv.slice(2);
const get = async (path) => {
  const answer = await fetch(server + path);
  assert.equal(answer.status, 200, `${path}: ${answer.status}`);
  return answer;
};
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = (entry) => sha256(Buffer.of(0), entry);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const base64 = (text) => Buffer.from(text, 'base64');

// A signed note: text, an empty line, and signatures: the name, and base64 of four bytes of the key's hash and the signature.
const open = (note, key) => {
  const [name, , encoded] = key.trim().split(/\+(.*?)\+(.*)/s);
  const [text, signatures] = note.split('\n\n');
  const raw = base64(encoded).subarray(1);
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  const signature = signatures.split('\n').find((line) => line.startsWith(`— ${name} `));
  const [origin, size, root] = text.split('\n');
  assert.ok(verify(null, Buffer.from(`${text}\n`), publicKey, base64(signature.split(' ')[2]).subarray(4)), 'the signature holds');
  assert.equal(origin, name);
  return { size: Number(size), root: base64(root) };
};

// RFC 6962, 2.1: the tree over leaves, split at the largest power of two below their number.
const rootOf = (leaves) => {
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
};

const rootByProof = (leaf, index, size, hashes) => {
  if (size === 1) return leaf;
  let half = 1;
  while (half * 2 < size) half *= 2;
  const [sibling, rest] = [hashes.at(-1), hashes.slice(0, -1)];
  return index < half
    ? nodeHash(rootByProof(leaf, index, half, rest), sibling)
    : nodeHash(sibling, rootByProof(leaf, index - half, size - half, rest));
};

const fields = (receipt) => {
  const answers = (of) => {
    const given = Object.entries(of).filter(([name]) => name !== 'essential');
    given.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return [String(given.length), ...given.flatMap(([name, yes]) => [name, yes ? '1' : '0'])];
  };
  const list = (of) => [String(of.length), ...of];
  const micros = (time) => {
    if (!time) return '0';
    const [, seconds, fraction = ''] = time.match(/^([^.Z]*)\.?(\d*)Z$/);
    return String(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0')));
  };
  const days = Math.round((Date.parse(receipt.expiresAt) - Date.parse(receipt.recordedAt)) / 86_400_000);
  return [
    receipt.id, receipt.site, receipt.subject, receipt.notice, receipt.action,
    ...answers(receipt.purposes), ...answers(receipt.services), receipt.source, String(receipt.synthetic),
    receipt.locale ?? '', receipt.page ?? '', micros(receipt.decidedAt), micros(receipt.recordedAt), String(days),
    ...list(receipt.flags), receipt.regime, ...list(receipt.removed),
    receipt.country ?? '', receipt.device ?? '', receipt.browser ?? '', String(receipt.waited ?? 0),
  ]; // prettier-ignore
};

const commit = (salt, receipt) => {
  const parts = fields(receipt).flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    return [length, Buffer.from(field)];
  });
  return sha256('assent/decision/1', Buffer.from(salt, 'hex'), ...parts);
};

const key = await (await get('/log/key')).text();
const head = open(await (await get('/log/checkpoint')).text(), key);

const address = (n) => (n < 1000 ? '' : `x${address(Math.floor(n / 1000))}/`.replace('xx', 'x')) + String(n % 1000).padStart(3, '0');
const leaves = [];
for (let from = 0; from < head.size; from += 256) {
  const wide = Math.min(256, head.size - from);
  const path = address(from / 256) + (wide < 256 ? `.p/${wide}` : '');
  const tile = Buffer.from(await (await get(`/log/tile/0/${path}`)).arrayBuffer());
  const bundle = Buffer.from(await (await get(`/log/tile/entries/${path}`)).arrayBuffer());
  for (let i = 0; i < wide; i++) {
    assert.equal(bundle.readUInt16BE(i * 34), 32);
    const leaf = leafHash(bundle.subarray(i * 34 + 2, i * 34 + 34));
    assert.deepEqual(tile.subarray(i * 32, i * 32 + 32), leaf, `tile and bundle agree on entry ${from + i}`);
    leaves.push(leaf);
  }
}
assert.deepEqual(rootOf(leaves), head.root, 'the tree has the root that was signed');
if (kept) {
  const earlier = open(readFileSync(kept, 'utf8'), key);
  assert.deepEqual(rootOf(leaves.slice(0, earlier.size)), earlier.root, 'the log begins with what it was');
}

const receipt = await (await get(`/v1/receipts/${id}`)).json();
const proof = await (await get(`/v1/receipts/${id}/proof`)).json();
const proved = open(proof.checkpoint, key);
const root = rootByProof(leafHash(commit(proof.salt, receipt)), proof.index, proved.size, proof.hashes.map(base64));
assert.deepEqual(root, proved.root, 'the receipt is in the log');
console.log(`${head.size} entries, the receipt is one of them`);
