import type { passkeys as inEnglish } from './passkeys.en.ts';

/** German texts of passkeys. */
export const passkeys: typeof inEnglish = {
  title: 'Ihre Passkeys',
  lead: 'Ein Passkey meldet Sie ohne das Passwort an: Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN. Niemand kann ihn auf einer falschen Seite eintippen.',
  add: 'Passkey hinzufügen',
  where: 'Hinzugefügt mit',
  since: 'Hinzugefügt',
  used: 'Zuletzt benutzt',
  remove: 'Entfernen',
  removal: (name: string) => `Passkey von ${name} entfernen`,
  added: 'Der Passkey ist hinzugefügt, und Sie sind überall sonst abgemeldet.',
  removed: 'Der Passkey ist entfernt, und Sie sind überall sonst abgemeldet. Löschen Sie ihn auch auf Ihrem Gerät.',
  notMade: 'Es wurde kein Passkey erstellt. Vielleicht hat das Gerät schon einen, oder seine Frage wurde geschlossen.',
  many: 'Sie haben 20 Passkeys, mehr geht nicht. Entfernen Sie zuerst einen.',
  notHere:
    'Passkeys brauchen https und einen Namen: Öffnen Sie dieses Dashboard unter dem Namen des Servers (auf demselben Rechner ist das localhost), in einem aktuellen Browser.',

  signIn: 'Mit einem Passkey anmelden',
  notShown: 'Es kam kein Passkey. Versuchen Sie es noch einmal, oder benutzen Sie das Passwort.',
  unknown: 'Diesen Passkey kennt der Server nicht mehr. Melden Sie sich mit dem Passwort an.',
};
