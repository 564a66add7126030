import { useRef, useState } from 'preact/hooks';
import type { MadeToken, NewToken, Site, Token } from '../../../schemas/types.gen.ts';
import { call, type Failure } from '../api.ts';
import { explain } from '../explain.ts';
import { format, t } from '../language.ts';
import { may, type Permission, session } from '../session.ts';
import { siteOf } from '../sites.ts';
import { Code } from './code.tsx';
import { Confirm } from './confirm.tsx';

type Scope = Token['scopes'][number];

/** What whoever makes a token must be allowed, for each of what it may read. */
const needs: Record<Scope, Permission> = {
  rates: 'view rates',
  sites: 'view rates',
  decisions: 'read decisions',
  trail: 'read the audit trail',
};

const lifetimes = [7, 30, 90, 180, 365]; // Days.
const usualLifetime = 90;
const secondsOfDay = 86_400;

interface Props {
  tokens: Token[];
  sites: Site[];
  revoke: (id: string) => void;
  made: () => void;
}

/** The tokens with which programs read, and how to make one. */
export const Tokens = ({ tokens, sites, revoke, made }: Props) => (
  <section class="card">
    <h2>{t.tokens.title}</h2>
    <p>{t.tokens.lead}</p>
    {tokens.length > 0 ? <List tokens={tokens} sites={sites} revoke={revoke} /> : <p class="muted">{t.tokens.none}</p>}
    <Make sites={sites} done={made} />
  </section>
);

const List = ({ tokens, sites, revoke }: Pick<Props, 'tokens' | 'sites' | 'revoke'>) => {
  const own = session.value.state === 'signed-in' ? session.value.email : '';
  return (
    <table class="recent people">
      <thead>
        <tr>
          <th scope="col">{t.tokens.name}</th>
          <th scope="col">{t.tokens.reads}</th>
          <th scope="col">{t.tokens.until}</th>
          <th scope="col">{t.tokens.used}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td data-label={t.tokens.name} class="about">
              <span>
                <bdi>{token.name}</bdi> {token.by !== own && <span class="muted">({t.tokens.of(token.by)})</span>}
              </span>
            </td>
            <td data-label={t.tokens.reads}>{inWords(token, sites)}</td>
            <td data-label={t.tokens.until}>
              {new Date(token.expiresAt) > new Date() ? (
                format.instant(token.expiresAt)
              ) : (
                <strong>{t.tokens.expired}</strong>
              )}
            </td>
            <td data-label={t.tokens.used}>{token.usedOn ? format.day(token.usedOn) : t.tokens.never}</td>
            <td class="actions">
              <Confirm
                label={t.tokens.revoke}
                really={t.tokens.really}
                about={token.name}
                act={() => revoke(token.id)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const inWords = ({ scopes, sites: limits }: Token, sites: Site[]): string => {
  const nameOf = (site: string) => sites.find(({ id }) => id === site)?.name ?? site;
  const what = scopes.map((scope) => t.tokens.scopes[scope]).join('; ');
  return sentence(`${what}; ${limits ? t.tokens.atSites(limits.map(nameOf).join(', ')) : t.tokens.everywhere}`);
};

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const Make = ({ sites, done }: { sites: Site[]; done: () => void }) => {
  const [failure, setFailure] = useState<Failure>();
  const [made, setMade] = useState<MadeToken>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    setBusy(true);
    const answer = await call<MadeToken>('POST', 'account/tokens', wanted(form.current));
    setBusy(false);
    setFailure(answer.ok ? undefined : answer.failure);
    setMade(answer.ok ? answer.value : undefined);
    if (!answer.ok) return;
    form.current.reset();
    done();
  };

  return (
    <div class="people">
      <form ref={form} onSubmit={onSubmit} aria-label={t.tokens.make}>
        <h3>{t.tokens.make}</h3>
        <div role="alert">
          {failure && <p class="refusal">{explain(failure, { 409: t.tokens.tooMany, 422: t.tokens.invalid })}</p>}
        </div>
        <div class="field">
          <label for="token-name">{t.tokens.name}</label>
          <input id="token-name" name="name" autocomplete="off" required maxLength={60} aria-describedby="token-hint" />
          <p class="hint" id="token-hint">
            {t.tokens.nameHint}
          </p>
        </div>
        <fieldset class="choices">
          <legend>{t.tokens.reads}</legend>
          {scopesOffered().map((scope) => (
            <label class="tick" key={scope}>
              <input type="checkbox" name="scope" value={scope} />
              {sentence(scope === 'rates' && may('export data') ? t.tokens.ratesAndFiles : t.tokens.scopes[scope])}
            </label>
          ))}
        </fieldset>
        <details>
          <summary>{t.tokens.single}</summary>
          <fieldset class="choices" aria-describedby="token-sites">
            <legend class="unseen">{t.tokens.single}</legend>
            <p class="hint" id="token-sites">
              {t.tokens.singleHint}
            </p>
            {sites.map(({ id, name }) => (
              <label class="tick" key={id}>
                <input type="checkbox" name="site" value={id} />
                <bdi>{name}</bdi>
              </label>
            ))}
          </fieldset>
        </details>
        <div class="field">
          <label for="token-days">{t.tokens.days}</label>
          <select id="token-days" name="days">
            {lifetimes.map((days) => (
              <option key={days} value={days} {...byDefault(days === usualLifetime)}>
                {format.duration(days * secondsOfDay)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <button class="primary" type="submit" aria-disabled={busy}>
            {t.tokens.submit}
          </button>
        </div>
      </form>
      <div role="status">
        {made && (
          <>
            <p>{t.tokens.value(made.token.name)}</p>
            <Code text={made.value} label={t.tokens.value(made.token.name)} />
            <p>{t.tokens.example}</p>
            <Code text={example(made.token, sites)} label={t.tokens.example} />
          </>
        )}
      </div>
    </div>
  );
};

/** An option that the form comes back to when it is reset, which Preact's types do not know. */
const byDefault = (is: boolean) => ({ defaultSelected: is });

const scopesOffered = (): Scope[] => (Object.keys(needs) as Scope[]).filter((scope) => may(needs[scope]));

/** What the fields of the form say. */
const wanted = (form: HTMLFormElement): NewToken => {
  const data = new FormData(form);
  const sites = data.getAll('site').map(String);
  return {
    name: String(data.get('name')),
    scopes: data.getAll('scope') as Scope[],
    days: Number(data.get('days')),
    ...(sites.length > 0 && { sites }),
  };
};

/** A command that reads something with the token, which is not in it: what is typed is kept by shells. */
const example = ({ scopes, sites: limits }: Token, sites: Site[]): string => {
  const site = limits?.[0] ?? siteOf(sites, '')?.id ?? 'SITE';
  const paths: Record<Scope, string> = {
    rates: `sites/${site}/${may('export data', site) ? 'exports/rates?format=csv' : 'rates'}`,
    sites: 'sites',
    decisions: `sites/${site}/exports/decisions?format=csv`,
    trail: 'trail',
  };
  return `curl -H "Authorization: Bearer $TOKEN" "${location.origin}/v1/admin/${paths[scopes[0] ?? 'sites']}"`;
};
