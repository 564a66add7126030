import { useState } from 'preact/hooks';
import type { Notice } from '../../../../schemas/types.gen.ts';
import { edit, findings } from '../../draft.ts';
import { t } from '../../language.ts';
import { languageName } from '../../language-name.ts';
import { builtIn } from '../../materials.ts';
import { LongField } from './fields.tsx';
import { purposesOf } from './services.tsx';

const usual = [
  'banner.title',
  'banner.text',
  'action.accept-all',
  'action.reject-all',
  'action.manage',
  'preferences.title',
  'preferences.text',
];

/** The tags of the notice's languages. */
export const languagesOf = ({ languages }: Notice): string[] => (languages?.length ? languages : ['en', 'de']);

/** What the notice says, in each of its languages. */
export const TextsTab = ({ notice }: { notice: Notice }) => {
  const languages = languagesOf(notice);
  const [wanted, setWanted] = useState(languages[0] ?? 'en');
  const language = languages.includes(wanted) ? wanted : (languages[0] ?? 'en');
  const own = notice.texts?.[language] ?? {};
  const write = (key: string, text: string) => {
    const { [key]: _, ...others } = own;
    edit({ texts: { ...notice.texts, [language]: text ? { ...others, [key]: text } : others } });
  };
  return (
    <>
      <Languages notice={notice} />
      <fieldset>
        <legend>{t.noticePage.texts}</legend>
        <div class="field">
          <label for="text-language">{t.noticePage.language}</label>
          <select id="text-language" value={language} onChange={(event) => setWanted(event.currentTarget.value)}>
            {languages.map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag)}
              </option>
            ))}
          </select>
        </div>
        <p class="hint">{t.noticePage.textsHint}</p>
        {keysOf(notice, language).map((key) => (
          <LongField
            key={`${language} ${key}`}
            pointer={`/texts/${language}/${key}`}
            label={t.noticePage.keys[key] ?? key}
            language={language}
            value={own[key] ?? ''}
            placeholder={textsOf(language)[key]}
            onChange={(text) => write(key, text)}
          />
        ))}
      </fieldset>
    </>
  );
};

const textsOf = (tag: string): Record<string, string> =>
  builtIn.value[tag] ?? builtIn.value[tag.split('-')[0] ?? ''] ?? {};

// Those that are asked for most, of the purposes and services, and whatever is missing.
const keysOf = (notice: Notice, language: string): string[] => {
  const purposes = purposesOf(notice).flatMap((id) => [`purpose.${id}.title`, `purpose.${id}.text`]);
  const services = (notice.services ?? []).map(({ id }) => `service.${id}.text`);
  const at = `/texts/${language}/`;
  const missing = findings.value
    .filter(({ pointer }) => pointer.startsWith(at))
    .map(({ pointer }) => pointer.slice(at.length));
  const own = Object.keys(notice.texts?.[language] ?? {});
  return [...new Set([...missing, ...usual, ...purposes, ...services, ...own])];
};

const Languages = ({ notice }: { notice: Notice }) => {
  const languages = languagesOf(notice);
  const others = Object.keys(builtIn.value).filter((tag) => !languages.includes(tag));
  const set = (next: string[]) => {
    const texts = Object.fromEntries(Object.entries(notice.texts ?? {}).filter(([tag]) => next.includes(tag)));
    edit({ languages: next, texts });
  };
  return (
    <fieldset>
      <legend>{t.noticePage.languages}</legend>
      <ul class="chips">
        {languages.map((tag) => (
          <li key={tag}>
            {languageName(tag)}
            {languages.length > 1 && (
              <button
                type="button"
                class="quiet"
                aria-label={t.noticePage.remove(languageName(tag))}
                onClick={() => set(languages.filter((other) => other !== tag))}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      <select
        aria-label={t.noticePage.addLanguage}
        value=""
        onChange={(event) => event.currentTarget.value && set([...languages, event.currentTarget.value])}
      >
        <option value="">{t.noticePage.addLanguage}</option>
        {others.map((tag) => (
          <option key={tag} value={tag}>
            {languageName(tag)}
          </option>
        ))}
      </select>
    </fieldset>
  );
};
