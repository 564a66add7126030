import { batch, signal } from '@preact/signals';
import type { Import, ImportOrder, Notice } from '../../schemas/types.gen.ts';
import { call, type Failure } from './api.ts';
import { draft, edit } from './draft.ts';

/** What was read of another tool's set-up; undefined until something was. */
export const imported = signal<Import | undefined>(undefined);
/** The draft as it was before the import went into it; undefined while it has not. */
export const replaced = signal<Notice | undefined>(undefined);

/** Bytes that the server reads of a file. */
export const largest = 5 << 20;

/** Has the server read files; returns why that did not work. */
export const readSetUp = async (site: string, setUp: File, cookies?: File): Promise<Failure | undefined> => {
  const order: ImportOrder = { file: await setUp.text(), ...(cookies ? { cookies: await cookies.text() } : {}) };
  const answer = await call<Import>('POST', `sites/${site}/import`, order);
  batch(() => {
    imported.value = answer.ok ? answer.value : undefined;
    replaced.value = undefined;
  });
  return answer.ok ? undefined : answer.failure;
};

/** Puts what was read in the place of what the draft says of the same. */
export const takeSetUp = (): void => {
  const [before, read] = [draft.value, imported.value];
  if (!before || !read) return;
  replaced.value = before;
  edit(joined(before, read.notice));
};

/** Gives the draft back as it was. */
export const returnSetUp = (): void => {
  const before = replaced.value;
  if (!before) return;
  replaced.value = undefined;
  // Members that were not there then are to be gone.
  edit({ ...Object.fromEntries(Object.keys(draft.value ?? {}).map((name) => [name, undefined])), ...before });
};

/** Forgets it, so that nobody finds another site's. */
export const forgetSetUp = (): void => {
  imported.value = undefined;
  replaced.value = undefined;
};

/** What becomes of a draft: an import knows nothing of colours and rules, which stay. */
export const joined = (before: Notice, read: Notice): Partial<Notice> => ({
  ...read,
  purposes: read.purposes ?? [],
  services: read.services ?? [],
  texts: read.languages ? (read.texts ?? {}) : kept(before, read),
  ...(read.look ? { look: { ...before.look, ...read.look } } : {}),
});

// Texts of purposes and services that are gone would stand against publishing.
const kept = ({ texts = {} }: Notice, read: Notice): Record<string, Record<string, string>> => {
  const ids = [...(read.purposes ?? []), ...(read.services ?? [])].map(({ id }) => id).concat('essential');
  const stays = (key: string) => !/^(purpose|service)\./.test(key) || ids.some((id) => key.split('.')[1] === id);
  return Object.fromEntries(
    Object.entries(texts).map(([tag, words]) => [
      tag,
      Object.fromEntries(Object.entries(words).filter(([key]) => stays(key))),
    ]),
  );
};
