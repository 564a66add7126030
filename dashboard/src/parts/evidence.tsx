import type { ComponentChildren } from 'preact';
import type { ServiceFacts } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';

const texts = t.reviewsPage;

const hostsOf = (facts: ServiceFacts, declared: boolean) =>
  facts.hosts.filter((one) => one.declared === declared).map(({ host }) => host);

/** What the server knows that helps to answer a question. */
export const evidence: Record<keyof typeof texts.questions, (facts: ServiceFacts) => ComponentChildren> = {
  inUse: (facts) => {
    if (facts.pages) {
      const met = facts.hosts.map(({ host, lastDay }) => `${host} (${format.date(lastDay)})`);
      return <p>{texts.seen(format.number(facts.pages), met.join(', '))}</p>;
    }
    return <p>{facts.told ? texts.unseenAll : texts.untold}</p>;
  },
  storage: (facts) => {
    const undeclared = hostsOf(facts, false);
    return (
      <>
        {undeclared.length > 0 && <p class="urgent">{texts.undeclared(undeclared.join(', '))}</p>}
        {facts.unseen.length > 0 && <p>{texts.unseen(facts.unseen.join(', '))}</p>}
        {facts.told && undeclared.length + facts.unseen.length === 0 && <p>{texts.asDeclared}</p>}
        <Stored facts={facts} />
        <p class="muted">{texts.blind}</p>
      </>
    );
  },
  purpose: ({ declared, decided, granted }) => (
    <>
      <p>{texts.purpose(t.purposes[declared.purpose ?? ''] ?? declared.purpose ?? '')}</p>
      <p>
        {decided
          ? texts.granted(format.share(granted, decided), format.number(granted), format.number(decided))
          : texts.nobodyDecided}
      </p>
    </>
  ),
  provider: ({ declared, wrong }) => (
    <>
      <p>
        {texts.provider(
          declared.provider || texts.nobody,
          declared.country ? format.country(declared.country) : texts.nowhere,
          t.processingPage.safeguards[declared.safeguard ?? ''],
        )}{' '}
        {declared.retention && texts.retention(period(declared.retention))}
      </p>
      <p class={wrong ? 'urgent' : undefined}>{wrong ? texts.wrong(t.processingPage.wrong[wrong]) : texts.fine}</p>
      {declared.policy && (
        <p>
          <a href={declared.policy} rel="noreferrer" target="_blank">
            {texts.policy}
          </a>
        </p>
      )}
    </>
  ),
};

const Stored = ({ facts: { stored, withdrawals } }: { facts: ServiceFacts }) => {
  if (stored.length === 0) return <p>{texts.nothingStored}</p>;
  if (withdrawals === 0) return <p>{texts.unproven(stored.map(({ name }) => name).join(', '))}</p>;
  return (
    <ul>
      {stored.map(({ name, deleted }) => (
        <li key={name}>{texts.stored(name, format.number(deleted), format.number(withdrawals))}</li>
      ))}
    </ul>
  );
};

const units = { Y: 'year', M: 'month', W: 'week', D: 'day' } as const;

/** An ISO 8601 duration of days or longer in words. */
const period = (iso: string): string =>
  [...iso.matchAll(/(\d+)([YMWD])/g)].map(([, n, unit]) => format.unit(Number(n), units[unit as 'Y'])).join(', ');
