import type { linking as english, accounts as englishAccounts } from './linking.en.ts';

/** German texts about linking browsers to the site's accounts. */
export const linking: typeof english = {
  title: 'Konten: eine Entscheidung auf allen Geräten',
  lead: 'Ihr Server unterschreibt, wen er angemeldet hat, und was diese Person auf einem Gerät entschieden hat, folgt auf die anderen. Der Nachweis bleibt je Browser; die Kennung des Kontos wird nie aufbewahrt.',
  how: 'Wie der Server unterschreibt: deploy/LINKING.md',
  states: { on: 'An', off: 'Aus' },
  stateLeads: {
    on: 'Seiten dürfen assent.link(token) aufrufen.',
    off: 'Keine Seite verknüpft etwas, und nichts folgt.',
  },
  turnOn: 'Einschalten',
  turnOff: 'Ausschalten',
  make: 'Geheimnis erzeugen',
  renew: 'Neues Geheimnis',
  renewReally: 'Wirklich ein neues erzeugen?',
  secret: 'Das Geheimnis für Ihren Server. Es wird nur jetzt gezeigt.',
  made: 'Geheimnis',
  madeAt: (time: string) => `erzeugt ${time}`,
  old: 'Altes Geheimnis',
  oldUntil: (time: string) => `gilt neben dem neuen bis ${time}`,
  none: 'noch keines: erzeugen Sie eines, bevor Sie einschalten',
};

/** German texts for the rights of a person who has an account. */
export const accounts: typeof englishAccounts = {
  title: 'Alles zu einem Konto',
  lead: 'Von allen Browsern, die mit einem Konto der Website verknüpft sind. Geben Sie die Kennung des Kontos an, wie Ihr Server sie kennt; sie wird sofort gehasht und nirgends aufbewahrt oder protokolliert.',
  account: 'Kennung des Kontos',
  copy: 'Kopie speichern',
  erase: 'Alles löschen',
  eraseReally: 'Wirklich alles löschen?',
  held: 'Für einige dieser Entscheidungen gilt eine Löschsperre: nichts wurde gelöscht.',
  copied: 'Die Kopie ist gespeichert.',
  erased: (decisions: number, reference: string) =>
    decisions
      ? `${decisions} Entscheidungen wurden gelöscht, dazu die Verknüpfungen. Aktenzeichen: ${reference}`
      : 'Mit diesem Konto ist kein Browser verknüpft, oder es war nichts aufgezeichnet.',
};
