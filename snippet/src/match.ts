/** The first of `wanted` (BCP 47) that is offered, exactly or by its primary language; the first offered if none is. */
export const match = (offered: readonly string[], wanted: readonly string[]): string => {
  const find = (tag: string) => offered.find((one) => `${one}-`.toLowerCase().startsWith(`${tag}-`.toLowerCase()));
  const tags = wanted.flatMap((one) => [one, one.split('-')[0]!]);
  return tags.map(find).find(Boolean) || offered[0]!;
};
