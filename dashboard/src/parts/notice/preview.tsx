import { useEffect, useRef, useState } from 'preact/hooks';
import type { Preview as Address, Notice } from '../../../../schemas/types.gen.ts';
import { call } from '../../api.ts';
import { t } from '../../language.ts';
import { languageName } from '../../language-name.ts';
import { type Measured, measured } from '../../measured.ts';
import { useMeasure } from '../measure.ts';
import { languagesOf } from './texts.tsx';

interface Props {
  site: string;
  notice: Notice;
  /** Id of the published notice to look at; undefined for the draft, */
  version?: string | undefined;
  /** of this revision. */
  revision?: number;
}

const widths = { phone: 360, desktop: 1280 } as const;
const height = 640;

/** The notice as visitors get it, with its real script, in a frame that can do nothing else. */
export const Preview = ({ site, notice, version, revision }: Props) => {
  const [width, setWidth] = useState<keyof typeof widths>('desktop');
  const [scheme, setScheme] = useState<'light' | 'dark'>('light');
  const [regime, setRegime] = useState('opt-in');
  const [wanted, setLanguage] = useState('');
  const languages = languagesOf(notice);
  const language = languages.includes(wanted) ? wanted : (languages[0] ?? 'en');
  const address = useAddress(site, version, revision, { scheme, regime, language });
  return (
    <section class="preview" aria-label={t.noticePage.preview}>
      <div class="glances">
        <Glance label={t.noticePage.width} value={width} options={t.noticePage.widths} onChange={setWidth} />
        <Glance label={t.noticePage.scheme} value={scheme} options={t.noticePage.lights} onChange={setScheme} />
        <Glance
          label={t.noticePage.language}
          value={language}
          options={Object.fromEntries(languages.map((tag) => [tag, languageName(tag)]))}
          onChange={setLanguage}
        />
        {(notice.regime || 'auto') === 'auto' && (
          <Glance label={t.noticePage.regime} value={regime} options={t.noticePage.asked} onChange={setRegime} />
        )}
      </div>
      <Frame address={address} width={widths[width]} isDraft={!version} />
      <p class="hint">{t.noticePage.previewHint}</p>
    </section>
  );
};

// What cannot be shown yet, because the draft is at fault, leaves the last one that could.
const useAddress = (
  site: string,
  version: string | undefined,
  revision: number | undefined,
  glance: Record<string, string>,
) => {
  const [address, setAddress] = useState('');
  const query = new URLSearchParams(version ? { ...glance, notice: version } : glance).toString();
  useEffect(() => {
    let current = true;
    void call<Address>('GET', `sites/${site}/preview?${query}`).then((answer) => {
      if (current && answer.ok) setAddress(answer.value.address);
    });
    return () => {
      current = false;
    };
  }, [site, query, revision]);
  return address;
};

const Frame = ({ address, width, isDraft }: { address: string; width: number; isDraft: boolean }) => {
  const room = useMeasure();
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const listen = ({ source, data }: MessageEvent<Measured>) => {
      if (isDraft && source && source === frame.current?.contentWindow) measured.value = data;
    };
    addEventListener('message', listen);
    return () => removeEventListener('message', listen);
  }, [isDraft]);
  const scale = room.width ? Math.min(1, room.width / width) : 1;
  return (
    <div ref={room.ref} class="stage" style={{ blockSize: `${height * scale}px` }}>
      {address && (
        <iframe
          ref={frame}
          title={t.noticePage.preview}
          src={address}
          sandbox="allow-scripts"
          width={width}
          height={height}
          style={{ transform: `scale(${scale})` }}
        />
      )}
    </div>
  );
};

interface GlanceProps<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

const Glance = <T extends string>({ label, value, options, onChange }: GlanceProps<T>) => (
  <label class="glance">
    <span class="unseen">{label}</span>
    <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
      {Object.entries<string>(options).map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
