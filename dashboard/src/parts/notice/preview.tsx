import { useState } from 'preact/hooks';
import type { Notice } from '../../../../schemas/types.gen.ts';
import { t } from '../../language.ts';
import { languageName } from '../../language-name.ts';
import { Frame, useAddress } from './frame.tsx';
import { languagesOf } from './texts.tsx';

interface Props {
  site: string;
  notice: Notice;
  /** Id of the published notice to look at; undefined for the draft, */
  version?: string | undefined;
  /** of this revision. */
  revision?: number;
}

/** How wide a page is that a notice is looked at on, in CSS pixels. */
export const widths = { phone: 360, desktop: 1280 } as const;

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
      <Frame address={address} width={widths[width]} isDraft={!version} title={t.noticePage.preview} />
      <p class="hint">{t.noticePage.previewHint}</p>
    </section>
  );
};

interface GlanceProps<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

/** A choice of how a notice is looked at. */
export const Glance = <T extends string>({ label, value, options, onChange }: GlanceProps<T>) => (
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
