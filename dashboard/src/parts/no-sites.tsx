import { t } from '../language.ts';
import { Code } from './code.tsx';

/** What to do while there is no site. */
export const NoSites = () => (
  <section class="card">
    <h2>{t.noSites.title}</h2>
    <p>{t.noSites.lead}</p>
    <Code label={t.noSites.title} text="assent site add --name Shop --origin https://shop.example" />
  </section>
);
