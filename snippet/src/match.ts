/** The first of `wanted` (BCP 47) that is offered, exactly or by its primary language; `offered` has the shorter first. */
export const match = (offered: readonly string[], wanted: readonly string[]): string | undefined => {
  const find = (tag: string) => offered.find((one) => `${plain(one)}-`.startsWith(`${tag}-`));
  const tags = wanted.map(plain).flatMap((one) => [one, one.split('-')[0]!]);
  return tags.map(find).find(Boolean);
};

/** Browsers tell the script of Chinese by region, and Norwegian by either of its names. */
const plain = (tag: string) => {
  const lower = tag.toLowerCase();
  return HAS_ALIASES ? lower.replace(/^zh-(hant|tw|hk|mo).*/, 'zh-hant').replace(/^nb\b/, 'no') : lower;
};
