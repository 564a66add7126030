/** English texts of the two-step sign-in. */
export const factors = {
  title: 'Two-step sign-in',
  off: 'Off: your password alone signs you in. With a code from an app on your phone, a stolen password is not enough.',
  on: (since: string) => `On since ${since}: a code from your app follows the password.`,
  left: (n: number) =>
    n === 0
      ? 'No recovery code is left. Make new ones, or a lost phone locks you out.'
      : `${n} recovery ${n === 1 ? 'code is' : 'codes are'} left.`,
  setUp: 'Set it up',
  renew: 'New recovery codes',
  remove: 'Turn it off',
  cancel: 'Cancel',
  password: 'Your password',
  next: 'Continue',
  scan: 'Scan this with an authenticator app, such as Aegis, 2FAS or Google Authenticator.',
  picture: 'QR code of the secret below',
  secret: 'Or type this secret into the app',
  first: 'The six digits that the app shows',
  confirm: 'Turn it on',
  code: 'Code of the app, or a recovery code',
  codes: 'Your recovery codes',
  codesLead:
    'Each signs you in once, in place of the app. Print them or put them into a password manager: they are shown only now.',
  kept: 'I have kept them',
  removed: 'The two-step sign-in is off, and you are signed out everywhere else.',
  wrongPassword: 'This is not your password.',
  wrongCode: 'This code is not right, or it was used already. Wait for the next one.',
  wrongBoth: 'The password or the code is not right, or the code was used already.',
  over: 'That took too long. Begin again.',

  reset: 'Take second factors away',
  reallyReset: 'Really leave only the password?',

  due: 'One more step',
  dueLead: 'Type the six digits that your authenticator app shows for Assent.',
  dueCode: 'Code of the app',
  recoveryLead: 'Type one of the recovery codes that you kept. It works once.',
  recoveryCode: 'Recovery code',
  useRecovery: 'Use a recovery code',
  useApp: 'Use the app',
  again: 'Begin again',
  signIn: 'Sign in',
  dueOver: 'That took too long, or something was changed meanwhile. Begin again with the password.',
};
