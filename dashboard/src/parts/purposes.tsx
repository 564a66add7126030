import type { PurposeShare } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

/** How often each purpose was granted. */
export const Purposes = ({ shares }: { shares: PurposeShare[] }) => {
  const optional = shares.filter((share) => share.purpose !== 'essential');
  if (optional.length === 0) return <p class="muted">{t.rates.noPurposes}</p>;
  return (
    <table class="purposes">
      <thead>
        <tr>
          <th scope="col">{t.rates.purpose}</th>
          <th scope="col">{t.rates.share}</th>
          <th scope="col" class="number">
            {t.rates.granted}
          </th>
        </tr>
      </thead>
      <tbody>
        {optional.map(({ purpose, granted, decided }) => (
          <tr key={purpose}>
            <th scope="row">{t.purposes[purpose] ?? purpose}</th>
            <td class="meter">
              <svg width="100%" height="10" aria-hidden="true">
                <rect class="rail" width="100%" height="10" rx="5" />
                <rect class="accepted" width={`${decided ? (100 * granted) / decided : 0}%`} height="10" rx="5" />
              </svg>
              <span>{format.share(granted, decided)}</span>
            </td>
            <td class="number">{t.rates.grantedOf(format.number(granted), format.number(decided))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
