/** English texts about linking browsers to the site's accounts. */
export const linking = {
  title: 'Accounts: one choice on all devices',
  lead: 'Your server signs for whom it has signed in, and what that person chose on one device follows to the others. Proof stays per browser; the account’s id is never kept.',
  how: 'How the server signs: deploy/LINKING.md',
  states: { on: 'On', off: 'Off' },
  stateLeads: {
    on: 'Pages may call assent.link(token).',
    off: 'No page links anything, and nothing follows.',
  },
  turnOn: 'Switch on',
  turnOff: 'Switch off',
  make: 'Make a secret',
  renew: 'New secret',
  renewReally: 'Really make a new one?',
  secret: 'The secret for your server. It is shown only now.',
  made: 'Secret',
  madeAt: (time: string) => `made ${time}`,
  old: 'Old secret',
  oldUntil: (time: string) => `accepted beside the new one until ${time}`,
  none: 'none yet: make one before you switch on',
};

/** English texts for the rights of a person who has an account. */
export const accounts = {
  title: 'Everything of an account',
  lead: 'Of all browsers that are linked to one of the site’s accounts. Give the account’s id as your server knows it; it is hashed at once, and kept and logged nowhere.',
  account: 'Id of the account',
  copy: 'Save a copy',
  erase: 'Erase everything',
  eraseReally: 'Really erase everything?',
  held: 'A legal hold is in force over some of these decisions: nothing was erased.',
  copied: 'The copy is saved.',
  erased: (decisions: number, reference: string) =>
    decisions
      ? `${decisions} decisions were erased, and the links. Reference: ${reference}`
      : 'No browser is linked to this account, or nothing was recorded.',
};
