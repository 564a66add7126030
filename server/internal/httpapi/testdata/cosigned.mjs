// Checks a cosignature as c2sp.org/tlog-cosignature describes it: node cosigned.mjs KEY CHECKPOINT
import { createHash, createPublicKey, verify } from "node:crypto";

const [key, note] = process.argv.slice(2);
const [name, id, encoded] = key.match(/^([^+]+)\+([^+]+)\+(.+)$/).slice(1);
const material = Buffer.from(encoded, "base64");
const hash = createHash("sha256").update(Buffer.concat([Buffer.from(`${name}\n`), material])).digest();
if (material.length !== 33 || material[0] !== 4 || hash.subarray(0, 4).toString("hex") !== id) throw new Error("no key of a witness");
const end = note.indexOf("\n\n") + 1;
const line = note.slice(end + 1).split("\n").find((one) => one.startsWith(`— ${name} `));
const signature = Buffer.from(line.split(" ")[2], "base64");
if (signature.length !== 76 || signature.subarray(0, 4).toString("hex") !== id) throw new Error("no cosignature of this key");
const time = signature.readBigUInt64BE(4);
const age = Date.now() / 1000 - Number(time);
const message = Buffer.from(`cosignature/v1\ntime ${time}\n${note.slice(0, end)}`);
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), material.subarray(1)]);
const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
if (!verify(null, message, publicKey, signature.subarray(12)) || age < -60 || age > 3600) throw new Error("not signed");
