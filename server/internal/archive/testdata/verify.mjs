// Checks an unpacked archive by what its README says alone: node verify.mjs FOLDER [KEY]
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, wantedKey] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const ed25519 = (raw) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });

// 1 and 2: the manifest, who has signed it, and the files.
const [header, payload, signature] = read('manifest.jws').toString().trim().split('.');
const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
const signer = JSON.parse(read('receipt-keys.json')).keys.find((one) => one.kid === kid);
assert.equal(alg, 'EdDSA');
assert.ok(verify(null, Buffer.from(`${header}.${payload}`), createPublicKey({ key: signer, format: 'jwk' }), Buffer.from(signature, 'base64url')), 'the manifest is signed');
assert.deepEqual(Buffer.from(payload, 'base64url'), read('manifest.json'));
const manifest = JSON.parse(read('manifest.json'));
for (const { name, bytes, sha256: sum } of manifest.files) {
  assert.equal(read(name).length, bytes, name);
  assert.equal(sha256(read(name)).toString('hex'), sum, name);
  const notice = name.match(/^notices\/(.*)\.json$/);
  if (notice) assert.equal(sha256(read(name)).toString('base64url'), notice[1]);
}

// 3: the log's head.
const key = read('log-key.txt').toString().trim();
if (wantedKey) assert.equal(key, wantedKey);
const [name, , encoded] = key.split(/\+(.*?)\+(.*)/s);
const [text, signatures] = read('checkpoint.txt').toString().split('\n\n');
const line = signatures.split('\n').find((one) => one.startsWith(`— ${name} `));
assert.ok(verify(null, Buffer.from(`${text}\n`), ed25519(Buffer.from(encoded, 'base64').subarray(1)), Buffer.from(line.split(' ')[2], 'base64').subarray(4)), 'the head is signed');
const [origin, size, root] = text.split('\n');
assert.equal(origin, name);

// 4: what the log has of a record.
const answers = (of) => {
  const given = Object.entries(of).filter(([one]) => one !== 'essential');
  given.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return [String(given.length), ...given.flatMap(([one, yes]) => [one, yes ? '1' : '0'])];
};
const list = (of) => [String(of.length), ...of];
const micros = (time) => {
  if (!time) return '0';
  const [, seconds, fraction = ''] = time.match(/^([^.Z]*)\.?(\d*)Z$/);
  return String(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0')));
};
const ofDecision = (d) => [
  d.id, d.site, d.subject, d.notice, d.action, ...answers(d.purposes), ...answers(d.services), d.source, String(d.synthetic),
  d.locale ?? '', d.page ?? '', micros(d.decidedAt), micros(d.recordedAt),
  String(Math.round((Date.parse(d.expiresAt) - Date.parse(d.recordedAt)) / 86_400_000)),
  ...list(d.flags), d.regime, ...list(d.removed), d.country ?? '', d.device ?? '', d.browser ?? '', String(d.waited ?? 0),
]; // prettier-ignore
const commit = (domain, salt, fields) => {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(field));
    return [length, Buffer.from(field)];
  });
  return sha256(domain, Buffer.from(salt, 'hex'), ...parts);
};

// 5: each proof leads to what is known of the part of the tree that its entry is in.
const known = [{ from: 0, to: Number(size), hash: Buffer.from(root, 'base64') }];
const counts = { decision: 0, tombstone: 0 };
for (const one of read('decisions.jsonl').toString().split('\n').slice(0, -1)) {
  const { number, index, salt, decision, tombstone, proof } = JSON.parse(one);
  counts[decision ? 'decision' : 'tombstone']++;
  assert.equal(number, counts.decision + counts.tombstone);
  if (decision) {
    assert.equal(decision.site, manifest.site);
    assert.ok(decision.recordedAt < manifest.to && (!manifest.from || Date.parse(decision.recordedAt) >= Date.parse(manifest.from)), `record ${number}: its time`);
  }
  while (known.at(-1).to <= index) known.pop();
  const within = known.pop();
  assert.ok(within.from <= index, `record ${number}: its place`);
  const beside = [];
  for (let [from, to] = [within.from, within.to]; to - from > 1; ) {
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    const isLeft = index < from + half;
    beside.push(isLeft ? { from: from + half, to, isRight: true } : { from, to: from + half });
    [from, to] = isLeft ? [from, from + half] : [from + half, to];
  }
  assert.equal(proof.length, beside.length, `record ${number}: its proof`);
  const entry = decision
    ? commit('assent/decision/1', salt, ofDecision(decision))
    : commit('assent/erasure/1', salt, [String(tombstone.erased), micros(tombstone.at), tombstone.reason]);
  let hash = sha256(Buffer.of(0), entry);
  for (const other of beside.toReversed()) {
    other.hash = Buffer.from(proof.shift(), 'base64');
    hash = other.isRight ? nodeHash(hash, other.hash) : nodeHash(other.hash, hash);
  }
  assert.deepEqual(hash, within.hash, `record ${number}: it is in the log`);
  known.push(...beside.filter((other) => other.isRight));
}
assert.deepEqual([counts.decision, counts.tombstone], [manifest.decisions, manifest.tombstones]);
console.log(`${counts.decision} decisions, ${counts.tombstone} tombstones, in a log of ${size} entries`);
