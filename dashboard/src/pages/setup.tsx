import { t } from '../language.ts';
import { Card } from '../parts/card.tsx';
import { Entry } from '../parts/entry.tsx';
import { setUp } from '../session.ts';

/** Creates the owner, or tells where the set-up link is found. */
export const SetUp = ({ token }: { token: string }) => {
  if (!token) {
    return (
      <Card title={t.setup.noLink}>
        <p>{t.setup.noLinkLead}</p>
        <p class="muted">{t.setup.noLinkHint}</p>
      </Card>
    );
  }
  return (
    <Entry
      title={t.setup.title}
      lead={t.setup.lead}
      submit={t.setup.submit}
      passwordAutocomplete="new-password"
      passwordHint={t.setup.passwordHint}
      refused={{ 403: t.setup.badLink }}
      send={(credentials) => setUp({ token, ...credentials })}
    />
  );
};
