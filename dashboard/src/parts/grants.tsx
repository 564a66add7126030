import type { GrantShare } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

/** How often each purpose, or each service, was granted. */
export const Grants = ({ of, shares }: { of: 'purposes' | 'services'; shares: GrantShare[] }) => {
  const optional = shares.filter(({ id }) => id !== 'essential');
  if (optional.length === 0) return <p class="muted">{t.rates.noPurposes}</p>;
  return (
    <table class={of}>
      <thead>
        <tr>
          <th scope="col">{of === 'purposes' ? t.rates.purpose : t.rates.service}</th>
          <th scope="col">{t.rates.share}</th>
          <th scope="col" class="number">
            {t.rates.granted}
          </th>
        </tr>
      </thead>
      <tbody>
        {optional.map(({ id, name, granted, decided }) => (
          <tr key={id}>
            <th scope="row" title={id}>
              <bdi>{name ?? (of === 'purposes' ? t.purposes[id] : undefined) ?? id}</bdi>
            </th>
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
