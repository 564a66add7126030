import { t } from '../language.ts';
import { follow, hrefOf, newSite } from '../route.ts';
import { may } from '../session.ts';

/** What to do while there is no site. */
export const NoSites = () => (
  <section class="card">
    <h2>{t.noSites.title}</h2>
    {may('add sites') ? (
      <>
        <p>{t.noSites.lead}</p>
        <p>
          <a class="primary" href={hrefOf(newSite)} onClick={(event) => follow(event, newSite)}>
            {t.noSites.add}
          </a>
        </p>
      </>
    ) : (
      <p>{t.noSites.ask}</p>
    )}
  </section>
);
