export const suspensions = {
  title: 'Transfers that end',
  ended: (country: string, act: string, last: string) =>
    `is suspended: the decision of adequacy for ${country} (${act}) ended on ${last}. Nothing of it is loaded, and nobody is asked about it.`,
  ending: (days: number) => (country: string, act: string, last: string) =>
    `will be suspended ${days === 1 ? 'tomorrow' : `in ${days} days`}: the decision of adequacy for ${country} (${act}) ends on ${last}.`,
  mend: 'Agree on standard contractual clauses with the provider, set them as the service’s safeguard, and publish.',
  open: 'Open the notice',
};
