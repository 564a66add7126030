import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { download, type Progress } from '../download.ts';
import { explain } from '../explain.ts';
import { format, t } from '../language.ts';
import { expire, isSignedOut } from '../session.ts';

const formats = { csv: 'CSV', ndjson: 'NDJSON', parquet: 'Parquet', json: 'JSON', html: 'HTML', zip: 'ZIP' };
type Kind = keyof typeof formats;

// A row is a line.
const countable: Kind[] = ['csv', 'ndjson'];

interface Props {
  /** What there is to save: what it is called, and its address without the format. */
  files: { name: string; path: string; query: URLSearchParams }[];
  /** Formats that there are of it, the first one chosen beforehand. */
  kinds?: readonly [Kind, ...Kind[]];
}

/** Saves what is on show as a file that other programs read. */
export const Export = ({ files, kinds = ['csv', 'ndjson', 'parquet'] }: Props) => {
  const [index, setIndex] = useState(0);
  const [kind, setKind] = useState<Kind>(kinds[0]);
  const [progress, setProgress] = useState<Progress>();
  const [failure, setFailure] = useState<Failure>();
  const [done, setDone] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const id = useId();
  const file = files[index] ?? files[0];
  if (!file) return null;

  const onClick = async () => {
    if (running.current) return;
    const controller = new AbortController();
    running.current = controller;
    setDone(false);
    setFailure(undefined);
    setProgress({ rows: 0, of: 0, bytes: 0 });
    const query = new URLSearchParams([...file.query, ['format', kind]]);
    const reason = await download(`${file.path}?${query}`, setProgress, controller.signal);
    running.current = undefined;
    setProgress(undefined);
    setFailure(reason);
    setDone(!reason && !controller.signal.aborted);
    if (reason && isSignedOut(reason)) expire();
  };

  return (
    <div class="export">
      {files.length > 1 && (
        <select aria-label={t.files.what} onChange={(event) => setIndex(event.currentTarget.selectedIndex)}>
          {files.map(({ name }, i) => (
            <option key={name} selected={i === index}>
              {name}
            </option>
          ))}
        </select>
      )}
      {kinds.length > 1 && (
        <select
          aria-label={t.files.format}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {formats[one]}
            </option>
          ))}
        </select>
      )}
      {progress ? (
        <button type="button" class="quiet" onClick={() => running.current?.abort()}>
          {t.files.stop}
        </button>
      ) : (
        <button type="button" class="quiet" onClick={() => void onClick()}>
          {t.files.save}
        </button>
      )}
      {progress && (
        <>
          <progress aria-labelledby={id} max={Math.max(progress.of, 1)} value={known(progress, kind)} />
          <span id={id} class="muted">
            {countable.includes(kind)
              ? t.files.rows(format.number(progress.rows), format.number(progress.of))
              : t.files.bytes(
                  format.number(Math.ceil(progress.bytes / 1000)),
                  progress.of ? format.number(progress.of) : undefined,
                )}
          </span>
        </>
      )}
      <span role="status">{done && t.files.done}</span>
      <span role="alert">{failure && <span class="refusal">{explain(failure, { 503: t.files.busy })}</span>}</span>
    </div>
  );
};

// Where rows cannot be told apart on the way nobody knows how far it is.
const known = ({ rows }: Progress, kind: Kind) => (countable.includes(kind) ? rows : undefined);
