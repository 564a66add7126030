/** English texts of saving as a file. */
export const files = {
  what: 'What to save',
  format: 'Format',
  save: 'Save as a file',
  stop: 'Stop',
  rows: (n: string, of: string) => `${n} of ${of} rows`,
  bytes: (kilobytes: string, of?: string) => `${kilobytes} kB${of ? `; ${of} rows in all` : ''}`,
  done: 'Saved.',
  busy: 'The server writes other files just now, or its store is away. Try again in a moment.',
  overTime: 'Rates over time',
  groups: (by: string) => `Rates by: ${by}`,
  decisions: 'All decisions of these days',
  decisionsLead: 'From and To count; the other fields do not narrow the file.',
  archive: 'Archive for an authority',
  archiveLead:
    'The decisions of these days with proofs that they are as they were recorded, the notices that they answer, the record of processing and the public keys, in one file. It says how to check it; no access to this server is needed.',
};
