import { type Failure, failureOf } from './api.ts';

/** How far a file is: rows that came, of so many; bytes alone where rows cannot be told apart on the way. */
export interface Progress {
  rows: number;
  of: number;
  bytes: number;
}

const perPart = 4 << 20; // Bytes that are collected before they are given to the browser, which may keep them on disk.
const newline = 10;

/**
 * Fetches a file of the admin API and hands it to the browser to be saved, once it is whole: what was cut off is not
 * saved. What must not stand in an address is posted as body. Returns why it did not work.
 */
export const download = async (
  path: string,
  told: (progress: Progress) => void,
  stop: AbortSignal,
  body?: object,
): Promise<Failure | undefined> => {
  try {
    const asked = body && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`/v1/admin/${path}`, { signal: stop, ...asked });
    if (!response.ok) return await failureOf(response);
    const [, name = 'export'] = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '') ?? [];
    const progress = {
      rows: name.endsWith('.csv') ? -1 : 0,
      of: Number(response.headers.get('Assent-Rows')),
      bytes: 0,
    };
    let whole = new Blob();
    let part: Uint8Array<ArrayBuffer>[] = [];
    let held = 0;
    const reader = response.body?.getReader();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      part.push(next.value);
      held += next.value.length;
      progress.bytes += next.value.length;
      for (const byte of next.value) if (byte === newline) progress.rows++;
      if (held > perPart) {
        whole = new Blob([whole, ...part]);
        part = [];
        held = 0;
      }
      told({ ...progress, rows: Math.min(Math.max(progress.rows, 0), progress.of) });
    }
    save(new Blob([whole, ...part]), name);
    return undefined;
  } catch {
    return stop.aborted ? undefined : { kind: 'offline' };
  }
};

const save = (file: Blob, name: string): void => {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // Not before the browser has begun to read it.
};
