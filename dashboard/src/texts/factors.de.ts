import type { factors as inEnglish } from './factors.en.ts';

/** German texts of the two-step sign-in. */
export const factors: typeof inEnglish = {
  title: 'Anmeldung in zwei Schritten',
  off: 'Aus: Ihr Passwort allein genügt. Mit einem Code aus einer App auf Ihrem Telefon reicht ein gestohlenes Passwort nicht.',
  on: (since: string) => `An seit ${since}: Auf das Passwort folgt ein Code aus Ihrer App.`,
  left: (n: number) =>
    n === 0
      ? 'Kein Ersatzcode ist übrig. Erstellen Sie neue, sonst sperrt ein verlorenes Telefon Sie aus.'
      : `${n} ${n === 1 ? 'Ersatzcode ist' : 'Ersatzcodes sind'} übrig.`,
  setUp: 'Einrichten',
  renew: 'Neue Ersatzcodes',
  remove: 'Ausschalten',
  cancel: 'Abbrechen',
  password: 'Ihr Passwort',
  next: 'Weiter',
  scan: 'Scannen Sie dies mit einer Authenticator-App, etwa Aegis, 2FAS oder Google Authenticator.',
  picture: 'QR-Code des Geheimnisses darunter',
  secret: 'Oder geben Sie dieses Geheimnis in die App ein',
  first: 'Die sechs Ziffern, die die App zeigt',
  confirm: 'Einschalten',
  code: 'Code der App oder ein Ersatzcode',
  codes: 'Ihre Ersatzcodes',
  codesLead:
    'Jeder meldet Sie einmal an, anstelle der App. Drucken Sie sie aus oder legen Sie sie in einen Passwortmanager: Sie werden nur jetzt gezeigt.',
  kept: 'Ich habe sie aufbewahrt',
  removed: 'Die Anmeldung in zwei Schritten ist aus, und Sie sind überall sonst abgemeldet.',
  wrongPassword: 'Das ist nicht Ihr Passwort.',
  wrongCode: 'Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten.',
  wrongBoth: 'Das Passwort oder der Code stimmt nicht, oder der Code wurde schon benutzt.',
  over: 'Das hat zu lange gedauert. Beginnen Sie von vorn.',

  reset: 'Zweite Faktoren wegnehmen',
  reallyReset: 'Wirklich nur das Passwort lassen?',

  due: 'Noch ein Schritt',
  dueLead: 'Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App für Assent zeigt.',
  dueCode: 'Code der App',
  recoveryLead: 'Geben Sie einen der Ersatzcodes ein, die Sie aufbewahrt haben. Er gilt einmal.',
  recoveryCode: 'Ersatzcode',
  useRecovery: 'Ersatzcode benutzen',
  useApp: 'App benutzen',
  again: 'Von vorn beginnen',
  signIn: 'Anmelden',
  dueOver: 'Das hat zu lange gedauert, oder inzwischen wurde etwas geändert. Beginnen Sie von vorn mit dem Passwort.',
};
