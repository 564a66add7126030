/** English texts of passkeys. */
export const passkeys = {
  title: 'Your passkeys',
  lead: 'A passkey signs you in without the password: your device asks for your fingerprint, face or PIN. Nobody can type it into a false page.',
  add: 'Add a passkey',
  where: 'Added with',
  since: 'Added',
  used: 'Last used',
  remove: 'Remove',
  removal: (name: string) => `Remove the passkey of ${name}`,
  added: 'The passkey is added, and you are signed out everywhere else.',
  removed: 'The passkey is removed, and you are signed out everywhere else. Delete it on your device too.',
  notMade: 'No passkey was made. The device may have one already, or its question was closed.',
  many: 'You have 20 passkeys, which is the most. Remove one first.',
  notHere:
    'Passkeys need https and a name: open this dashboard by the name of the server (on the same machine that is localhost), in a current browser.',

  signIn: 'Sign in with a passkey',
  notShown: 'No passkey came in time. Try again, or use the password.',
  unknown: 'This server does not know that passkey any more. Sign in with the password.',
};
