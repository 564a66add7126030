import type { Site } from '../../../schemas/types.gen.ts';
import { t } from '../language.ts';
import { Code } from './code.tsx';

const gated = `<script type="text/plain" data-assent="analytics"
  src="https://www.googletagmanager.com/gtag/js?id=G-XXXX"></script>`;

/** What to do before the first decision. */
export const Waiting = ({ site }: { site: Site }) => (
  <section class="card steps">
    <h2>{t.empty.title}</h2>
    <p>{t.empty.lead}</p>
    <ol>
      <li>
        {t.empty.paste}
        <Code label={t.empty.paste} text={`<script async src="${location.origin}/s/${site.id}.js"></script>`} />
      </li>
      <li>
        {t.empty.gate}
        <Code label={t.empty.gate} text={gated} />
      </li>
      <li>
        {t.empty.open}
        <ul class="origins" dir="ltr">
          {site.origins.map((origin) => (
            <li key={origin}>
              <code>{origin}</code>
            </li>
          ))}
        </ul>
      </li>
    </ol>
    <p>
      <a href="/demo/">{t.empty.demo}</a>
    </p>
    <p>
      {t.empty.madeUp} <code>assent demo-data</code>
    </p>
    <p class="muted">{t.empty.watching}</p>
  </section>
);
