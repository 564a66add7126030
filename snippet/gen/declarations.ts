// Makes one file without imports of the types that pages may rely on: node --import tsx snippet/gen/declarations.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const HEAD = `// Types of window.assent. Code generated from snippet/src/contract.ts by snippet/gen; DO NOT EDIT.

`;

/** Where the declarations are kept. */
export const FILE = join(root, 'snippet/assent.d.ts');

// What the compiler says of a source, by the path of the source.
const emitted = (folder: string): { contract: string; shapes: string } => {
  const flags = ['--declaration', '--emitDeclarationOnly', '--target', 'es2022', '--module', 'esnext', '--strict'];
  const resolution = ['--moduleResolution', 'bundler', '--allowImportingTsExtensions', '--rootDir', root];
  const compiler = join(root, 'node_modules/.bin/tsc');
  execFileSync(compiler, [...flags, ...resolution, '--outDir', folder, join(root, 'snippet/src/contract.ts')], {
    cwd: folder,
    stdio: 'inherit',
  });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { contract: read('snippet/src/contract.d.ts'), shapes: read('schemas/types.gen.d.ts') };
};

// Each exported declaration with its comment, by name.
const split = (text: string): Map<string, string> => {
  const declarations = text.matchAll(
    /^(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?export (?:interface|type) (\w+)(?:.*;$|[\s\S]*?^}.*$)/gm,
  );
  return new Map(Array.from(declarations, ([whole, name]) => [name!, whole]));
};

// The names that are imported, and what those mention in turn.
const needed = (names: readonly string[], shapes: ReadonlyMap<string, string>): Set<string> => {
  const all = new Set(names);
  for (const name of all) {
    const text = shapes.get(name);
    if (!text) throw new Error(`${name} is not declared in schemas/types.gen.ts`);
    for (const other of shapes.keys()) if (new RegExp(`[:<|] ${other}\\b`).test(text)) all.add(other);
  }
  return all;
};

const formatted = (text: string): string =>
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--stdin-file-path=snippet/assent.d.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });

/** The declarations as they are to be published. */
export const declarations = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-declarations-'));
  try {
    const { contract, shapes } = emitted(folder);
    const [, imported, own] = contract.match(/^(?:\/\/.*\n)*import type \{(.*)\} from .*\n([\s\S]*)$/)!;
    const known = split(shapes);
    const bundled = [...needed(imported!.match(/\w+/g)!, known)].map((name) => `${known.get(name)}\n`);
    return formatted(HEAD + own! + bundled.join(''));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, declarations());
